#include "apps/commands/compare.h"

#include <algorithm>

#include "apps/cli/arguments.h"
#include "apps/cli/run_app.h"
#include "apps/commands/program.h"
#include "apps/commands/series_options.h"
#include "apps/report/pages/series_report.h"
#include "apps/report/pages/series_sections.h"
#include "apps/report/pages/words.h"
#include "core/save_file.h"
#include "layers/summary.h"
#include "optim/presets.h"

namespace norma {
namespace {

std::string help(const Program& program) {
  return series_help(program, "compare",
                     "trains a network with each of several norms and compares the results",
                     "  {0} compare --norms bn,gn,ln --seeds 3\n"
                     "  {0} compare --norms gn,ln --preset skip-37108 --epochs 5\n");
}

std::int64_t parameters(const Options& options, const NetworkChoice& choice) {
  const Preset& preset = find_preset(options.preset);
  return summarize(*preset.network(choice), preset.data->image).parameters;
}

std::int64_t parameters_of_norm(const Options& options) {
  return parameters(options, options.network) - parameters(options, {.norm = Norm::none});
}

// The table of the results.
std::string table(const Comparison& comparison, int seeds) {
  std::string text = series_heading(comparison.series) + "\n\n";
  text += fmt::format("{:<9} {:>10} {:>11}   {:>15} {:>15} {:>15} {:>10}\n", "norm", "parameters",
                      "of the norm", "test, last", "test, best", "train, last", "s/epoch");
  for (std::size_t i = 0; i < comparison.norm_parameters.size(); ++i) {
    const VariantResult& v = comparison.series.variants[i];
    text += fmt::format("{:<9} {:>10} {:>11}   {:>15} {:>15} {:>15} {:>10}\n", v.variant.label,
                        with_commas(v.first().config.parameters), with_commas(comparison.norm_parameters[i]),
                        spread_of(v, test_last), spread_of(v, test_best), spread_of(v, train_last),
                        seconds_an_epoch(v));
  }
  return text + fmt::format("\nAccuracies in percent: mean ± deviation over {}{}.\n", counted(seeds, "seed"),
                            seeds == 1 ? " (no deviation)" : "");
}

}  // namespace

int run_compare(const Program& program, int argc, const char* const* argv) {
  const SeriesOptions o = parse_series(argc, argv, nullptr);
  if (o.help) return print(help(program)), 0;
  std::vector<Variant> variants;
  for (const std::string& norm : o.norms.empty() ? std::vector<std::string>{"bn", "gn", "ln"} : o.norms)
    variants.push_back(variant_of(program, o, norm, norm_from(norm)));
  check_series(o, variants, {"norms"});
  const Options& first = variants.front().options;
  const std::string out = first.out.empty() ? fmt::format("runs/compare-{}", first.preset) : first.out;
  int status = 0;
  auto series = run_series(program, variants, o, out, status);
  if (!series) return status;
  std::erase_if(series->variants, [](const VariantResult& v) { return v.runs.empty(); });
  Comparison comparison{*series, {}, command_line(program.name + " compare", argc, argv)};
  for (const VariantResult& v : series->variants)
    comparison.norm_parameters.push_back(parameters_of_norm(v.variant.options));
  const std::string text = table(comparison, o.seeds);
  save_file(std::filesystem::path(out) / "comparison.txt", text);
  print(fmt::format("\n{}\n{}\n", text, write_report(comparison, out).string()));
  return 0;
}

}  // namespace norma
