#include "apps/series.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace norma {
namespace {

std::filesystem::path folder_of(const std::filesystem::path& out, const Variant& variant,
                                std::uint64_t seed) {
  std::string name = fmt::format("{}-seed{}", variant.label, seed);
  std::replace(name.begin(), name.end(), ' ', '-');
  return out / name;
}

std::vector<double> accuracies(const VariantResult& result,
                               double (*of_run)(const std::vector<EpochResult>&)) {
  std::vector<double> values;
  for (const RunResult& run : result.runs) values.push_back(of_run(run.epochs));
  return values;
}

}  // namespace

Spread spread(const std::vector<double>& values) {
  const double count = static_cast<double>(values.size());
  Spread spread{std::accumulate(values.begin(), values.end(), 0.0) / count};
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

std::vector<double> last_accuracies(const VariantResult& result) {
  return accuracies(result, [](const std::vector<EpochResult>& e) { return e.back().test.accuracy; });
}

std::vector<double> best_accuracies(const VariantResult& result) {
  return accuracies(result, [](const std::vector<EpochResult>& e) { return best_epoch(e).test.accuracy; });
}

std::optional<std::vector<VariantResult>> run_series(const std::vector<Variant>& variants, int seeds,
                                                     const std::filesystem::path& out,
                                                     const DataSplit& images, Progress& progress) {
  std::vector<VariantResult> results;
  int number = 0;
  for (const Variant& variant : variants) {
    results.push_back({variant, {}});
    for (int i = 0; i < seeds; ++i) {
      Options options = variant.options;
      options.seed += static_cast<std::uint64_t>(i);
      options.out = folder_of(out, variant, options.seed);
      say(options.quiet,
          fmt::format("\nrun {} of {}: {}, seed {}", ++number,
                      variants.size() * static_cast<std::size_t>(seeds), variant.label, options.seed));
      results.back().runs.push_back(train_run(options, images,
                                              fmt::format("{} --seed {}", variant.command, options.seed),
                                              progress, Finished::keep));
      if (results.back().runs.back().stopped) return std::nullopt;
    }
  }
  return results;
}

}  // namespace norma
