#include "apps/commands/series.h"

#include <algorithm>

#include "apps/cli/run_app.h"
#include "optim/predictions.h"
#include "optim/run/saved_model.h"

namespace norma {
namespace {

std::filesystem::path folder_of(const std::filesystem::path& out, const Variant& variant,
                                std::uint64_t seed) {
  std::string name = fmt::format("{}-seed{}", variant.label, seed);
  std::replace(name.begin(), name.end(), ' ', '-');
  return out / name;
}

// The predictions of a run's network for the test images.
std::vector<Prediction> predictions_of(const SavedRun& run, const Options& options, const DataSplit& images) {
  const SavedModel model = load_saved_model(run.folder);
  const Dataset test = options.limit_test ? first_images(images.test, *options.limit_test) : images.test;
  model.network->to(options.machine.device());
  std::vector<Tensor> scores;
  evaluate(
      *model.network, {test.images.to(options.machine.device()), test.labels.to(options.machine.device())},
      model.normalization, evaluation_batch(options.machine.device()), "testing " + run.folder.string(),
      [&](const Tensor& batch) { scores.push_back(batch); }, options.recipe.on_nan != "continue");
  return norma::predictions_of(test.labels, rows_of(scores), images.classes.size());
}

}  // namespace

std::vector<PlannedRun> plan_series(const std::vector<Variant>& variants, int seeds,
                                    const std::filesystem::path& out) {
  std::vector<PlannedRun> runs;
  for (const Variant& variant : variants)
    for (int i = 0; i < seeds; ++i) {
      Options options = variant.options;
      const std::uint64_t seed = options.recipe.seed += static_cast<std::uint64_t>(i);
      options.out = folder_of(out, variant, seed);
      runs.push_back({fmt::format("{}, seed {}", variant.label, seed), options,
                      fmt::format("{} --seed {}", variant.command, seed)});
    }
  return runs;
}

SeriesResult read_series(const std::vector<Variant>& variants, const std::vector<PlannedRun>& runs,
                         const ShareResult& results, const DataSplit& images) {
  SeriesResult series{{}, images.classes, results.missing};
  for (std::size_t v = 0, seeds = runs.size() / variants.size(); v < variants.size(); ++v) {
    VariantResult variant{variants[v], {}, Confusion(images.classes.size(), {})};
    std::vector<Prediction> predictions;
    for (std::size_t i = v * seeds; i < (v + 1) * seeds; ++i) {
      if (results.runs[i].missing) continue;
      variant.runs.push_back(read_run(runs[i].options.out));
      if (!results.runs[i].diverged.empty()) {
        print(fmt::format("{}: {}\n", runs[i].label, results.runs[i].diverged));
        continue;
      }
      const std::vector<Prediction> said = predictions_of(variant.runs.back(), runs[i].options, images);
      predictions.insert(predictions.end(), said.begin(), said.end());
    }
    variant.confusion = Confusion(images.classes.size(), predictions);
    series.variants.push_back(std::move(variant));
  }
  return series;
}

}  // namespace norma
