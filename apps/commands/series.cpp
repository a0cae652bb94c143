#include "apps/commands/series.h"

#include <algorithm>

#include "apps/cli/run_app.h"
#include "optim/predictions.h"
#include "optim/run/run_folder.h"
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

std::optional<SeriesResult> run_series(const std::vector<Variant>& variants, int seeds,
                                       const std::filesystem::path& out, const DataSplit& images,
                                       Progress& progress) {
  SeriesResult series{{}, images.classes};
  const auto put_report_aside = [&] {
    put_aside({out / "report.html", out / "curves.png", out / "comparison.txt", out / "study.txt"});
  };
  int number = 0;
  for (const Variant& variant : variants) {
    std::vector<SavedRun> runs;
    std::vector<Prediction> predictions;
    for (int i = 0; i < seeds; ++i) {
      Options options = variant.options;
      options.recipe.seed += static_cast<std::uint64_t>(i);
      options.network.classes = static_cast<std::int64_t>(images.classes.size());
      options.out = folder_of(out, variant, options.recipe.seed);
      say(options.quiet, "");
      say(options.quiet,
          fmt::format("run {} of {}: {}, seed {}", ++number,
                      variants.size() * static_cast<std::size_t>(seeds), variant.label, options.recipe.seed));
      const std::string command = fmt::format("{} --seed {}", variant.command, options.recipe.seed);
      const RunResult result =
          train_run(options, images, command, progress, Finished::keep, put_report_aside);
      if (result.stopped || interrupted()) return std::nullopt;
      runs.push_back(read_run(options.out));
      if (!result.diverged.empty()) {
        print(fmt::format("{}, seed {}: {}\n", variant.label, options.recipe.seed, result.diverged));
        continue;
      }
      const std::vector<Prediction> said = predictions_of(runs.back(), options, images);
      predictions.insert(predictions.end(), said.begin(), said.end());
    }
    series.variants.push_back({variant, std::move(runs), Confusion(images.classes.size(), predictions)});
  }
  return series;
}

}  // namespace norma
