#include "optim/run/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/save_file.h"
#include "layers/safetensors.h"

namespace norma {
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;  // replaces bytes of paths that are not UTF-8
namespace {

constexpr const char* metrics_name = "metrics.jsonl";
constexpr const char* norm_statistics_name = "norm_statistics.jsonl";

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

// The files that an earlier run may have left in the folder.
std::vector<fs::path> files_of_a_run(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const char* name :
       {"config.json", metrics_name, norm_statistics_name, "model.safetensors", "model_ema.safetensors",
        "checkpoint.safetensors", "report.html", "curves.png", "misclassified.png"})
    files.push_back(folder / name);
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (is_event_file(entry.path())) files.push_back(entry.path());
  return files;
}

fs::path name_aside(const fs::path& file, const std::string& number) {
  const fs::path base = is_event_file(file) ? file.parent_path() / "events" : file;
  return base.string() + "." + number;
}

// Removes files that killed processes wrote in part. This process holds the lock, so that no other writes
// them now.
void remove_parts(const fs::path& folder) {
  const std::vector<fs::path> files = files_of_a_run(folder);
  std::vector<fs::path> parts;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string path = entry.path().string();
    const auto is_of = [&](const fs::path& file) { return path.starts_with(file.string() + "."); };
    if (path.ends_with(".part") && std::any_of(files.begin(), files.end(), is_of))
      parts.push_back(entry.path());
  }
  std::error_code ignored;
  for (const fs::path& part : parts) fs::remove(part, ignored);
}

// Locks the folder until the descriptor is closed. Does nothing if the file system has no locks.
int lock(const fs::path& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0 || flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return descriptor;
  close(descriptor);
  fail("another process is training into {} at this moment: wait until it has ended, or name another --out",
       folder.string());
}

}  // namespace

std::string put_aside(const std::vector<fs::path>& files) {
  std::vector<fs::path> there;
  std::copy_if(files.begin(), files.end(), std::back_inserter(there),
               [](const fs::path& file) { return fs::exists(file); });
  if (there.empty()) return "";
  std::string number;
  const auto taken = [&](const fs::path& file) { return fs::exists(name_aside(file, number)); };
  for (int i = 1; number.empty() || std::any_of(files.begin(), files.end(), taken); ++i)
    number = fmt::format("~{}~", i);
  for (const fs::path& file : there) {
    fs::path aside = name_aside(file, number);
    for (int i = 2; fs::exists(aside); ++i)  // a second event file
      aside = file.parent_path() / fmt::format("events-{}.{}", i, number);
    std::error_code error;
    fs::rename(file, aside, error);
    if (error) fail("could not put {} of an earlier run aside: {}", file.string(), error.message());
  }
  return number;
}

RunFolder::RunFolder(const std::string& name, const std::string& label)
    : path_(name.empty() ? unused(fs::path("runs") / (timestamp() + "-" + label)) : fs::path(name)) {
  std::error_code error;
  fs::create_directories(path_, error);
  if (error || !fs::is_directory(path_))
    fail("could not make the run folder {}: {}", path_.string(),
         error ? error.message() : "it is not a folder");
  lock_ = lock(path_);
  remove_parts(path_);
}

void RunFolder::begin(const Json& config) {
  if (const std::string number = norma::put_aside(files_of_a_run(path_)); !number.empty())
    put_aside_ =
        fmt::format("{} held an earlier run; its files are kept there as NAME.{}", path_.string(), number);
  write_config(config);  // first: a folder without it has no run
  open_lines();
}

void RunFolder::go_on(const Json& config, const Checkpoint& checkpoint) {
  write_config(config);
  metrics_lines_ = checkpoint.metrics;
  norm_statistics_lines_ = checkpoint.norm_statistics;
  save_file(path_ / metrics_name, text_of(metrics_lines_));
  save_file(path_ / norm_statistics_name, text_of(norm_statistics_lines_));
  open_lines();
}

void RunFolder::open_lines() {
  metrics_.open(path_ / metrics_name, std::ios::app);
  norm_statistics_.open(path_ / norm_statistics_name, std::ios::app);
  if (!metrics_ || !norm_statistics_)
    fail("could not write into the run folder {}: {}", path_.string(), std::strerror(errno));
}

RunFolder::~RunFolder() {
  if (lock_ >= 0) close(lock_);
}

void RunFolder::write_config(const nlohmann::ordered_json& config) {
  save_file(path_ / "config.json", config.dump(2, ' ', false, Json::error_handler_t::replace) + '\n');
}

void RunFolder::append(std::ofstream& out, const char* file, std::vector<std::string>& lines,
                       const Json& line) {
  lines.push_back(line.dump());
  out << lines.back() << std::endl;
  if (!out) fail("could not write {}: {}", (path_ / file).string(), std::strerror(errno));
}

void RunFolder::append_metrics(const Json& line) { append(metrics_, metrics_name, metrics_lines_, line); }

void RunFolder::append_norm_statistics(const Json& line) {
  append(norm_statistics_, norm_statistics_name, norm_statistics_lines_, line);
}

void RunFolder::write_checkpoint(const Json& config, const State& state) {
  Checkpoint checkpoint{{}, metrics_lines_, norm_statistics_lines_, state};
  checkpoint.config.json = config;
  save_checkpoint(path_, checkpoint);
}

void RunFolder::remove_checkpoint() { fs::remove(checkpoint_file(path_)); }

void RunFolder::write_model(const State& weights, const nlohmann::ordered_json& config,
                            const std::string& name) {
  save_safetensors(path_ / name, weights,
                   {{"format", "pt"},
                    {"data", config.at("data").at("name")},
                    {"config", config.dump(-1, ' ', false, Json::error_handler_t::replace)}});
}

}  // namespace norma
