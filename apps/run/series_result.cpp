#include "apps/run/series_result.h"

#include <algorithm>

namespace norma {

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

}  // namespace norma
