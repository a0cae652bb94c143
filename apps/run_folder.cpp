#include "apps/run_folder.h"

#include <ctime>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "layers/safetensors.h"

namespace norma {
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;  // a path need not be UTF-8: what is not is replaced
namespace {

std::string timestamp() {
  const std::time_t now = std::time(nullptr);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%d-%H%M%S", std::localtime(&now));
  return text;
}

fs::path unused(const fs::path& wanted) {
  fs::path path = wanted;
  for (int i = 2; fs::exists(path); ++i) path = wanted.string() + "-" + std::to_string(i);
  return path;
}

bool is_event_file(const fs::path& file) {
  return file.filename().string().starts_with("events.out.tfevents.");
}

// What an earlier run left in the folder.
std::vector<fs::path> files_of_a_run(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const char* name : {"config.json", "metrics.jsonl", "norm_statistics.jsonl", "model.safetensors",
                           "report.html", "curves.png", "misclassified.png"})
    if (fs::exists(folder / name)) files.push_back(folder / name);
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (is_event_file(entry.path())) files.push_back(entry.path());
  return files;
}

// NAME.~1~, NAME.~2~, …; not so for event files: whatever has "tfevents" in its name is read by TensorBoard.
fs::path name_aside(const fs::path& file) {
  const fs::path base = is_event_file(file) ? file.parent_path() / "events" : file;
  for (int number = 1;; ++number)
    if (fs::path name = fmt::format("{}.~{}~", base.string(), number); !fs::exists(name)) return name;
}

}  // namespace

RunFolder::RunFolder(const std::string& name, const std::string& label)
    : path_(name.empty() ? unused(fs::path("runs") / (timestamp() + "-" + label)) : fs::path(name)) {
  std::error_code error;
  fs::create_directories(path_, error);
  if (error || !fs::is_directory(path_))
    fail("could not make the run folder {}: {}", path_.string(),
         error ? error.message() : "it is not a folder");
  for (const fs::path& old : files_of_a_run(path_)) {
    const fs::path aside = name_aside(old);
    fs::rename(old, aside, error);
    if (error) fail("could not put {} of an earlier run aside: {}", old.string(), error.message());
    put_aside_ = fmt::format("{} held an earlier run; its files are kept there as NAME{}", path_.string(),
                             aside.extension().string());
  }
  metrics_.open(path_ / "metrics.jsonl");
  norm_statistics_.open(path_ / "norm_statistics.jsonl");
  if (!metrics_ || !norm_statistics_)
    fail("could not write into the run folder {}: is it writable?", path_.string());
}

void RunFolder::write_config(const nlohmann::ordered_json& config) {
  const fs::path file = path_ / "config.json", part = path_ / "config.json.part";
  std::ofstream out(part);
  out << config.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  out.close();
  if (!out) fail("could not write {}: is the disk full?", file.string());
  fs::rename(part, file);
}

void RunFolder::append_metrics(const nlohmann::ordered_json& line) {
  metrics_ << line.dump() << std::endl;
  if (!metrics_) fail("could not write {}: is the disk full?", (path_ / "metrics.jsonl").string());
}

void RunFolder::append_norm_statistics(const nlohmann::ordered_json& line) {
  norm_statistics_ << line.dump() << std::endl;
  if (!norm_statistics_)
    fail("could not write {}: is the disk full?", (path_ / "norm_statistics.jsonl").string());
}

void RunFolder::write_model(const Module& network, const nlohmann::ordered_json& config) {
  save_safetensors(path_ / "model.safetensors", network.state_dict(),
                   {{"format", "pt"},
                    {"data", config.at("data").at("name")},
                    {"config", config.dump(-1, ' ', false, Json::error_handler_t::replace)}});
}

}  // namespace norma
