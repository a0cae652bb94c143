#include "apps/series/series.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "apps/predictions.h"
#include "apps/presets.h"
#include "apps/report/report.h"
#include "apps/run_folder.h"
#include "apps/saved_model.h"

namespace norma {
namespace {

std::filesystem::path folder_of(const std::filesystem::path& out, const Variant& variant,
                                std::uint64_t seed) {
  std::string name = fmt::format("{}-seed{}", variant.label, seed);
  std::replace(name.begin(), name.end(), ' ', '-');
  return out / name;
}

// What the network that a run left says of the test images. A run that was killed before it had a report gets one.
std::vector<Prediction> predictions_of(const SavedRun& run, const Options& options, const DataSplit& images) {
  const SavedModel model = load_saved_model(run.folder);
  const Dataset test = options.limit_test ? first_images(images.test, *options.limit_test) : images.test;
  model.network->to(options.device);
  std::vector<Tensor> scores;
  evaluate(*model.network, {test.images.to(options.device), test.labels.to(options.device)},
           model.normalization, evaluation_batch(options.device), "testing " + run.folder.string(),
           [&](const Tensor& batch) { scores.push_back(batch); });
  auto predictions = norma::predictions_of(test.labels, rows_of(scores), images.classes.size());
  if (!std::filesystem::exists(run.folder / "report.html"))
    write_report({run, summarize(*make_network(options), model.image), test, images.classes, predictions},
                 run.folder);
  return predictions;
}

}  // namespace

Spread spread(const std::vector<double>& values) {
  const double count = static_cast<double>(values.size());
  Spread spread{std::accumulate(values.begin(), values.end(), 0.0) / count};  // 0/0 of none
  if (values.size() < 2) return spread;
  double squares = 0;
  for (const double value : values) squares += (value - spread.mean) * (value - spread.mean);
  spread.deviation = std::sqrt(squares / (count - 1));
  return spread;
}

std::string to_string(const Spread& spread, std::size_t seeds) {
  return seeds < 2 ? fmt::format("{:.2f}", spread.mean)
                   : fmt::format("{:.2f} ± {:.2f}", spread.mean, spread.deviation);
}

Spread spread(const VariantResult& result, const std::function<double(const SavedRun&)>& value) {
  std::vector<double> values;
  for (const SavedRun& run : result.runs)
    if (run.diverged().empty()) values.push_back(value(run));
  return spread(values);
}

Spread test_last(const VariantResult& result) {
  return spread(result, [](const SavedRun& run) { return run.epochs.back().test.accuracy; });
}

Spread test_best(const VariantResult& result) {
  return spread(result, [](const SavedRun& run) { return run.best().test.accuracy; });
}

Spread train_last(const VariantResult& result) {
  return spread(result, [](const SavedRun& run) { return run.epochs.back().train.accuracy; });
}

std::string spread_of(const VariantResult& variant, Spread (*of)(const VariantResult&)) {
  const std::size_t finished = variant.finished(), all = variant.runs.size();
  if (finished == 0) return "diverged";
  const std::string text = to_string(of(variant), finished);
  return finished == all ? text : fmt::format("{} ({} of {} diverged)", text, all - finished, all);
}

std::string seconds_an_epoch(const VariantResult& variant) {
  if (variant.finished() == 0) return "–";
  return fmt::format("{:.1f}", spread(variant, [](const SavedRun& run) {
                                 return training_seconds(run.epochs) / static_cast<double>(run.epochs.size());
                               }).mean);
}

std::size_t VariantResult::finished() const {
  return static_cast<std::size_t>(
      std::count_if(runs.begin(), runs.end(), [](const SavedRun& run) { return run.diverged().empty(); }));
}

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
      options.seed += static_cast<std::uint64_t>(i);
      options.out = folder_of(out, variant, options.seed);
      say(options.quiet,
          fmt::format("\nrun {} of {}: {}, seed {}", ++number,
                      variants.size() * static_cast<std::size_t>(seeds), variant.label, options.seed));
      const std::string command = fmt::format("{} --seed {}", variant.command, options.seed);
      const RunResult result =
          train_run(options, images, command, progress, Finished::keep, put_report_aside);
      if (result.stopped || interrupted()) return std::nullopt;
      runs.push_back(read_run(options.out));
      if (!result.diverged.empty()) {
        fmt::print("{}, seed {}: {}\n", variant.label, options.seed, result.diverged);
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
