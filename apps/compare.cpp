#include "apps/compare.h"

#include <algorithm>

#include "apps/arguments.h"
#include "apps/presets.h"
#include "apps/save_file.h"
#include "apps/series.h"
#include "apps/series_options.h"
#include "layers/summary.h"

namespace norma {
namespace {

std::string help(const Program& program) {
  return series_help(program, "compare",
                     "trains a network with each of several norms and sets them side by side",
                     "  {0} compare --norms bn,gn,ln --seeds 3\n"
                     "  {0} compare --norms gn,ln --preset skip-37108 --epochs 5\n");
}

std::int64_t parameters(NetworkChoice choice, const Preset& preset, std::optional<Norm> norm = {}) {
  if (norm) choice = {.norm = *norm};
  return summarize(*preset.network(choice), preset.data->image).parameters;
}

// The table that is the answer.
std::string table(const std::vector<VariantResult>& results, int seeds) {
  std::string text = fmt::format("{:<9} {:>10} {:>11}   {:>15} {:>15} {:>15} {:>10}\n", "norm", "parameters",
                                 "of the norm", "test, last", "test, best", "train, last", "s an epoch");
  const auto count = static_cast<std::size_t>(seeds);
  for (const VariantResult& result : results) {
    const Options& options = result.variant.options;
    const Preset& preset = find_preset(options.preset);
    const std::int64_t all = parameters(options.network, preset);
    std::vector<double> train, seconds;
    for (const RunResult& run : result.runs) {
      train.push_back(run.epochs.back().train.accuracy);
      for (const EpochResult& epoch : run.epochs) seconds.push_back(epoch.seconds);
    }
    text += fmt::format("{:<9} {:>10} {:>11}   {:>15} {:>15} {:>15} {:>10.1f}\n", result.variant.label,
                        with_commas(all), with_commas(all - parameters(options.network, preset, Norm::none)),
                        to_string(spread(last_accuracies(result)), count),
                        to_string(spread(best_accuracies(result)), count), to_string(spread(train), count),
                        spread(seconds).mean);
  }
  return text + fmt::format("\nAccuracies in percent: mean ± deviation over {} seed{}.\n", seeds,
                            seeds == 1 ? " (no deviation)" : "s");
}

}  // namespace

int run_compare(const Program& program, int argc, const char* const* argv) {
  const SeriesOptions o = parse_series(argc, argv, nullptr);
  if (o.help) return fmt::print("{}", help(program)), 0;
  std::vector<Variant> variants;
  for (const std::string& norm : o.norms.empty() ? std::vector<std::string>{"bn", "gn", "ln"} : o.norms)
    variants.push_back(variant_of(program, o, norm, norm_from(norm)));
  const Options& first = variants.front().options;
  const std::string out = first.out.empty() ? fmt::format("runs/compare-{}", first.preset) : first.out;
  const auto results = run_series(program, variants, o.seeds, out);
  if (!results) return interrupt_status();
  const std::string text = table(*results, o.seeds);
  save_file(std::filesystem::path(out) / "comparison.txt", text);
  fmt::print("\n{}{}\n", text, out);
  return 0;
}

}  // namespace norma
