#include "apps/commands/study.h"

#include "apps/cli/arguments.h"
#include "apps/cli/run_app.h"
#include "apps/commands/program.h"
#include "apps/commands/series_options.h"
#include "apps/report/pages/series_report.h"
#include "apps/report/pages/series_sections.h"
#include "apps/report/pages/words.h"
#include "core/save_file.h"

namespace norma {
namespace {

std::string help(const Program& program) {
  return series_help(
      program, "study batch-size|groups",
      "varies one quantity and keeps all others fixed:\n"
      "  batch-size   for each norm; the learning rate changes in proportion (Goyal et al. 2017)\n"
      "  groups       for group norm",
      "  {0} study batch-size --norms bn,gn --batches 2,4,8,16,32,128\n"
      "  {0} study groups --group-counts 1,2,4,8,16 --seeds 3\n");
}

// One row per norm, one column per value.
struct Grid {
  std::string quantity;
  std::vector<std::string> rows, columns;
  std::vector<Variant> variants;  // row by row
};

Grid batch_size_grid(const Program& program, const SeriesOptions& o) {
  Grid grid{"batch size", o.norms, {}, {}};
  if (grid.rows.empty()) grid.rows = {"bn", "gn"};
  for (const std::int64_t batch :
       o.batches.empty() ? std::vector<std::int64_t>{2, 4, 8, 16, 32, 128} : o.batches)
    grid.columns.push_back(std::to_string(batch));
  for (const std::string& norm : grid.rows) {
    const Recipe recipe = variant_of(program, o, norm, norm_from(norm)).options.recipe;
    for (const std::string& batch : grid.columns) {
      const double lr = recipe.lr * std::stod(batch) / static_cast<double>(recipe.batch_size);
      grid.variants.push_back(variant_of(program, o, norm + " batch " + batch, norm_from(norm),
                                         {{"batch-size", batch}, {"lr", fmt::format("{:g}", lr)}}));
    }
  }
  return grid;
}

Grid groups_grid(const Program& program, const SeriesOptions& o) {
  if (!o.norms.empty()) fail_usage("study groups is only for gn: leave --norms out");
  Grid grid{"groups", {"gn"}, {}, {}};
  for (const std::int64_t groups : o.groups.empty() ? std::vector<std::int64_t>{1, 2, 4, 8, 16} : o.groups) {
    const std::string column = std::to_string(groups);
    const Variant variant =
        variant_of(program, o, "gn " + column + " groups", Norm::gn, {{"groups", column}});
    if (o.groups.empty() && !makes_a_network(variant)) continue;  // does not divide the channels of a layer
    grid.columns.push_back(column);
    grid.variants.push_back(variant);
  }
  return grid;
}

// Leaves out the values for which a norm has no complete run.
void keep_complete_columns(Grid& grid, SeriesResult& series) {
  std::vector<bool> complete(grid.columns.size(), true);
  for (std::size_t i = 0; i < series.variants.size(); ++i)
    if (series.variants[i].runs.empty()) complete[i % complete.size()] = false;
  const auto kept = [&](const auto& all) {
    std::remove_cvref_t<decltype(all)> some;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (complete[i % complete.size()]) some.push_back(all[i]);
    return some;
  };
  series.variants = kept(series.variants);
  grid.columns = kept(grid.columns);
  if (grid.columns.empty()) fail("no {} has a complete run of each norm yet", grid.quantity);
}

std::string table(const Grid& grid, const SeriesResult& series, int seeds) {
  std::string text = series_heading(series) + fmt::format("\n\n{:<12}", grid.quantity);
  for (const std::string& column : grid.columns) text += fmt::format(" {:>14}", column);
  auto variant = series.variants.begin();
  for (const std::string& row : grid.rows) {
    text += fmt::format("\n{:<12}", row);
    for (std::size_t i = 0; i < grid.columns.size(); ++i)
      text += fmt::format(" {:>14}", spread_of(*variant++, test_last));
  }
  return text + fmt::format("\n\nTest accuracy in percent after the last epoch, {}{}.\n",
                            counted(seeds, "seed"), seeds == 1 ? "" : ": mean ± deviation");
}

}  // namespace

int run_study(const Program& program, int argc, const char* const* argv) {
  std::vector<std::string> words;
  const SeriesOptions o = parse_series(argc, argv, &words);
  if (o.help) return print(help(program)), 0;
  if (words.size() != 1) fail_usage("study takes one of batch-size and groups; see study --help");
  const bool batches = one_of("study", words[0], {"batch-size", "groups"}) == "batch-size";
  Grid grid = batches ? batch_size_grid(program, o) : groups_grid(program, o);
  check_series(
      o, grid.variants,
      batches ? std::vector<std::string>{"norms", "batches"} : std::vector<std::string>{"group-counts"});
  const Options& first = grid.variants.front().options;
  const std::string out =
      first.out.empty() ? fmt::format("runs/study-{}-{}", words[0], first.preset) : first.out;
  int status = 0;
  auto series = run_series(program, grid.variants, o, out, status);
  if (!series) return status;
  keep_complete_columns(grid, *series);
  Study study{
      *series, grid.quantity, {}, grid.rows.size(), command_line(program.name + " study", argc, argv)};
  for (const std::string& column : grid.columns) study.values.push_back(std::stod(column));
  const std::string text = table(grid, *series, o.seeds);
  save_file(std::filesystem::path(out) / "study.txt", text);
  print(fmt::format("\n{}\n{}\n", text, write_report(study, out).string()));
  return 0;
}

}  // namespace norma
