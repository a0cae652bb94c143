#include "apps/saved_run.h"

#include <algorithm>
#include <fstream>

#include "core/error.h"

namespace norma {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

std::string read_text(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!in) fail("could not read {}: is it there and readable?", file.string());
  return text;
}

EpochResult epoch_of(const Json& line) {
  EpochResult r{.epoch = line.at("epoch"), .lr = line.at("lr")};
  r.train = {line.at("train_loss"), line.at("train_accuracy")};
  r.test = {line.at("test_loss"), line.at("test_accuracy")};
  if (line.contains("validation_loss"))
    r.validation = Score{line.at("validation_loss"), line.at("validation_accuracy")};
  r.seconds = line.at("seconds");
  r.images_per_second = line.at("images_per_second");
  return r;
}

// One of `from(line)` for each whole line, the first of which is that of epoch `first`.
template <class F>
auto read_epochs(const fs::path& file, int first, F&& from) {
  std::vector<decltype(from(Json()))> epochs;
  if (!fs::exists(file)) return epochs;
  const std::string text = read_text(file);
  for (std::size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const int number = static_cast<int>(epochs.size()) + 1;
    try {
      epochs.push_back(from(Json::parse(text.substr(begin, end - begin))));
    } catch (const Json::exception& e) {
      fail("{}, line {}, is no epoch of a run: {}", file.string(), number, e.what());
    }
    if (epochs.back().epoch != first + number - 1)
      fail("{}, line {}, is epoch {}: was the file put together from two runs?", file.string(), number,
           epochs.back().epoch);
  }
  return epochs;
}

}  // namespace

bool SavedRun::complete() const {
  return static_cast<int>(epochs.size()) == epochs_asked() && fs::exists(folder / "model.safetensors");
}

int SavedRun::epochs_asked() const { return config.at("training").at("epochs"); }

const EpochResult& SavedRun::best() const {
  if (epochs.empty()) fail("the run in {} finished no epoch", folder.string());
  return *std::max_element(epochs.begin(), epochs.end(), [](const EpochResult& a, const EpochResult& b) {
    return a.test.accuracy < b.test.accuracy;
  });
}

std::string SavedRun::norm_label() const {
  const Json& network = config.at("network");
  const std::string norm = network.at("norm");
  return network.at("groups").is_null() ? norm : norm + network.at("groups").dump();
}

std::string SavedRun::data_name() const { return config.at("data").at("name"); }

bool is_run(const fs::path& folder) { return fs::exists(folder / "config.json"); }

SavedRun read_run(const fs::path& folder) {
  if (!is_run(folder)) fail("there is no run in {}: a run folder holds config.json", folder.string());
  SavedRun run{folder, Json::parse(read_text(folder / "config.json"), nullptr, false), {}, {}};
  const auto has = [&](const char* key) { return run.config.contains(key) && run.config[key].is_object(); };
  if (!run.config.is_object() || !has("data") || !has("network") || !has("training"))
    fail("{} is no configuration of a run of Norma", (folder / "config.json").string());
  run.epochs = read_epochs(folder / "metrics.jsonl", 1, epoch_of);
  run.norm_statistics = read_epochs(folder / "norm_statistics.jsonl", 0, norm_statistics_from);
  return run;
}

}  // namespace norma
