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

}  // namespace

RunFolder::RunFolder(const std::string& name, const std::string& label)
    : path_(name.empty() ? unused(fs::path("runs") / (timestamp() + "-" + label)) : fs::path(name)) {
  std::error_code error;
  fs::create_directories(path_, error);
  if (error || !fs::is_directory(path_))
    fail("could not make the run folder {}: {}", path_.string(),
         error ? error.message() : "it is not a folder");
  for (const char* file : {"config.json", "metrics.jsonl", "model.safetensors"}) {
    const fs::path old = path_ / file;
    if (!fs::exists(old)) continue;
    int number = 1;
    while (fs::exists(fmt::format("{}.~{}~", old.string(), number))) ++number;
    fs::rename(old, fmt::format("{}.~{}~", old.string(), number), error);
    if (error) fail("could not put {} of an earlier run aside: {}", old.string(), error.message());
    put_aside_ =
        fmt::format("{} held an earlier run; its files are kept there as NAME.~{}~", path_.string(), number);
  }
  metrics_.open(path_ / "metrics.jsonl");
  if (!metrics_) fail("could not write into the run folder {}: is it writable?", path_.string());
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

void RunFolder::write_model(const Module& network, const nlohmann::ordered_json& config) {
  save_safetensors(path_ / "model.safetensors", network.state_dict(),
                   {{"format", "pt"},
                    {"data", config.at("data").at("name")},
                    {"config", config.dump(-1, ' ', false, Json::error_handler_t::replace)}});
}

}  // namespace norma
