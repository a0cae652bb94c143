#include "apps/run/saved_run.h"

#include "apps/run/json_lines.h"
#include "apps/run/norm_statistics_json.h"
#include "apps/run/run_config.h"
#include "core/error.h"
#include "core/save_file.h"

namespace norma {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

// Lines that name the epochs from `first` on.
template <class Epoch>
const std::vector<Epoch>& in_order(const std::vector<Epoch>& epochs, int first, const fs::path& file) {
  for (const Epoch& e : epochs)
    if (e.epoch != first++)
      fail("{} has epoch {} where {} should be: was it put together from two runs?", file.string(), e.epoch,
           first - 1);
  return epochs;
}

}  // namespace

bool SavedRun::complete() const {
  return !diverged().empty() ||
         (static_cast<int>(epochs.size()) == epochs_asked() && fs::exists(folder / "model.safetensors"));
}

std::string SavedRun::diverged() const { return config.value("diverged", ""); }

int SavedRun::epochs_asked() const { return config.at("training").at("epochs"); }

const EpochResult& SavedRun::best() const {
  if (epochs.empty()) fail("the run in {} finished no epoch", folder.string());
  return best_epoch(epochs);
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
  SavedRun run{folder, Json::parse(read_file(folder / "config.json"), nullptr, false), {}, {}};
  const auto has = [&](const char* key) { return run.config.contains(key) && run.config[key].is_object(); };
  if (!run.config.is_object() || !has("data") || !has("network") || !has("training"))
    fail("{} is no configuration of a run of Norma", (folder / "config.json").string());
  const fs::path metrics = folder / "metrics.jsonl", norms = folder / "norm_statistics.jsonl";
  run.epochs = in_order(read_json_lines(metrics, result_of), 1, metrics);
  run.norm_statistics = in_order(read_json_lines(norms, norm_statistics_from), 0, norms);
  return run;
}

}  // namespace norma
