#include "optim/run/saved_run.h"

#include <algorithm>
#include <functional>

#include "core/error.h"
#include "core/json_lines.h"
#include "core/save_file.h"
#include "layers/network/norms.h"
#include "optim/run/checkpoint.h"
#include "optim/run/metrics_json.h"
#include "optim/run/norm_statistics_json.h"

namespace norma {
namespace fs = std::filesystem;
namespace {

// Charts and tables need the same layers in every epoch.
void check_layers(const std::vector<NormStatistics>& statistics, const fs::path& file) {
  const auto differ = [](const LayerStatistics& a, const LayerStatistics& b) {
    return a.layer != b.layer || a.y.has_value() != b.y.has_value() ||
           !std::equal(a.parameters.begin(), a.parameters.end(), b.parameters.begin(), b.parameters.end(),
                       [](const auto& p, const auto& q) { return p.name == q.name; });
  };
  for (const NormStatistics& s : statistics) {
    const auto& first = statistics.front().layers;
    if (s.layers.size() != first.size() ||
        !std::equal(first.begin(), first.end(), s.layers.begin(), std::not_fn(differ)))
      fail("{} has other layers in epoch {} than in epoch 0: was it made from two runs?", file.string(),
           s.epoch);
  }
}

}  // namespace

bool SavedRun::complete() const {
  return !diverged().empty() ||
         (static_cast<int>(epochs.size()) == epochs_asked() && fs::exists(folder / "model.safetensors") &&
          !fs::exists(checkpoint_file(folder)));
}

std::string SavedRun::diverged() const { return config.diverged; }

int SavedRun::epochs_asked() const { return config.epochs; }

const EpochResult& SavedRun::best() const {
  if (epochs.empty()) fail("the run in {} finished no epoch", folder.string());
  return best_epoch(epochs);
}

std::string SavedRun::norm_label() const {
  return norma::norm_label(config.norm, config.groups, config.ghost, config.standardize, config.precision);
}

std::string SavedRun::data_name() const { return config.data_name; }

bool is_run(const fs::path& folder) { return fs::exists(folder / "config.json"); }

SavedRun read_run(const fs::path& folder) {
  if (!is_run(folder)) fail("there is no run in {}: a run folder holds config.json", folder.string());
  const fs::path config = folder / "config.json";
  SavedRun run{folder, parse_config(read_file(config, most_config_bytes), config.string()), {}, {}};
  if (run.epochs_asked() == 0) fail("{}: training.epochs is missing", config.string());
  if (run.data_name().empty()) fail("{}: data.name is missing", config.string());
  const auto asked = static_cast<std::size_t>(run.epochs_asked());
  run.epochs = read_metrics(folder / "metrics.jsonl", asked);
  const fs::path norms = folder / "norm_statistics.jsonl";
  run.norm_statistics = in_order(read_json_lines(norms, asked + 1, norm_statistics_from), 0, norms);
  check_layers(run.norm_statistics, norms);
  return run;
}

}  // namespace norma
