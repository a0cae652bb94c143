// reproduce: trains every preset with its own recipe, and writes the tables in docs/results.
//
//   reproduce --data DIR                     all rows; finished ones are not trained again
//   reproduce --rows skip-37108,mnist-9752   these presets
//   reproduce --rows norma-49k --seeds 3     Norma's own, with its spread
//
// The epochs of each row are kept in docs/results/runs, and the tables are made from them. reproduce also
// writes the accuracies that `cifar_norm --list-presets` prints (optim/measured.inc).
#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "apps/cli/arguments.h"
#include "apps/cli/flags.h"
#include "apps/cli/run_app.h"
#include "apps/commands/program.h"
#include "apps/commands/result_tables.h"
#include "apps/commands/share.h"
#include "apps/commands/train_run.h"
#include "optim/presets.h"

namespace norma {
namespace {

namespace fs = std::filesystem;

constexpr int published_epochs = 20;  // of every system, and of Norma's own network

struct ReproduceOptions {
  std::vector<std::string> presets;
  ImageSource images;
  MachineOptions machine;
  std::string out = "runs/reproduce", write;
  int epochs = published_epochs;
  std::uint64_t seed = 1;
  int seeds = 1;
  Share share;
  bool quiet = false, help = false;
};

using O = ReproduceOptions&;
using S = const std::string&;

const std::vector<Flag<ReproduceOptions>>& flags() {
  static const std::vector<Flag<ReproduceOptions>> rows = {
      {"Rows", "rows", "PRESETS", "presets, with commas (all)",
       [](O o, S, S v) { o.presets = split_words(v, ','); }},
      {"Rows", "epochs", "N", "passes over the training set (20)",
       [](O o, S f, S v) { o.epochs = static_cast<int>(whole_number(f, v, 1, 100'000)); }},
      {"Rows", "seed", "N", "random seed of every run (1)",
       [](O o, S f, S v) { o.seed = static_cast<std::uint64_t>(whole_number(f, v, 0, 1 << 30)); }},
      {"Rows", "seeds", "N", "runs per row; the first uses --seed, each next one a seed 1 higher (1)",
       [](O o, S f, S v) { o.seeds = static_cast<int>(whole_number(f, v, 1, 1000)); }},
  };
  static const std::vector<Flag<ReproduceOptions>> output = {
      {"Output", "out", "DIR", "folder for the run folders (runs/reproduce)",
       [](O o, S f, S v) { o.out = not_empty(f, v); }},
      {"Output", "write", "DIR",
       "a checkout of Norma: write its docs/results and optim/measured.inc (without it, print the table)",
       [](O o, S f, S v) { o.write = not_empty(f, v); }},
      {"Output", "quiet", "", "print one line per run only", [](O o, S, S) { o.quiet = true; }},
      {"Output", "help", "", "print this text and end", [](O o, S, S) { o.help = true; }},
  };
  static const auto all =
      joined<ReproduceOptions>({rows, of_part(data_flags(), &ReproduceOptions::images),
                                of_part(machine_flags(), &ReproduceOptions::machine),
                                of_part(share_flags(), &ReproduceOptions::share), output});
  return all;
}

std::string help() {
  return "reproduce trains the presets, each with its own recipe, and makes a table of the results.\n\n"
         "Usage: reproduce [flags]\n\n" +
         flags_help(texts_of(flags())) +
         "\nA complete run is not trained again: you can stop with Ctrl-C and continue later.\n"
         "Exit status: 0 done, 1 failed, 2 wrong command line, 130 interrupted.\n";
}

// The command that repeats a run.
std::string command(const ReproduceOptions& o, const TableRow& row, std::uint64_t seed) {
  std::string text = row.command(seed);
  const auto add = [&](const char* flag, const std::string& value) {
    if (!value.empty()) text += fmt::format(" --{} {}", flag, quoted(value));
  };
  if (o.epochs != published_epochs) add("epochs", std::to_string(o.epochs));
  if (!o.images.data.empty()) add("data", fs::absolute(o.images.data).string());
  add("mirror", o.images.mirror);
  add("simd", o.machine.simd);
  if (o.machine.chosen_device) add("device", name(*o.machine.chosen_device));
  return text;
}

// Copies the log of a run to docs/results and writes the tables again; without --write, prints its line.
void keep(const ReproduceOptions& o, const TableRow& row, std::uint64_t seed, const RunResult& result) {
  if (o.write.empty()) return print(fmt::format("{}\n", table_line(row, seed, result.epochs)));
  const fs::path runs = fs::path(o.write) / "docs" / "results" / "runs";
  fs::create_directories(runs);
  fs::copy_file(result.folder / "metrics.jsonl", runs / (row.name(seed) + ".jsonl"),
                fs::copy_options::overwrite_existing);
  write_result_tables(o.write);
}

struct Row {
  TableRow row;
  std::uint64_t seed;
};

// The runs of all chosen rows and seeds; `rows` gets the row of each.
std::vector<PlannedRun> plan(const ReproduceOptions& o, std::vector<Row>& rows) {
  std::vector<PlannedRun> runs;
  for (const TableRow& row : table_rows()) {
    if (!o.presets.empty() &&
        std::find(o.presets.begin(), o.presets.end(), row.preset->name) == o.presets.end())
      continue;
    for (std::uint64_t seed = o.seed; seed < o.seed + static_cast<std::uint64_t>(o.seeds); ++seed) {
      Options options = row.options();
      options.images.data = o.images.data, options.images.mirror = o.images.mirror;
      options.machine = o.machine;
      options.recipe.epochs = o.epochs;
      options.recipe.seed = seed;
      options.quiet = o.quiet;
      options.out = fs::path(o.out) / row.name(seed);
      runs.push_back({row.name(seed), options, command(o, row, seed)});
      rows.push_back({row, seed});
    }
  }
  return runs;
}

void check(const ReproduceOptions& o) {
  check_share(o.share);
  if (!o.write.empty() && !fs::exists(fs::path(o.write) / "optim" / "measured.inc"))
    fail_usage("--write {}: there is no optim/measured.inc; name a checkout of Norma", o.write);
  if (!o.write.empty() && o.epochs != published_epochs)
    fail_usage("--write keeps only runs of {} epochs, as published: leave out --epochs or --write",
               published_epochs);
  if (!o.write.empty() && o.seed + static_cast<std::uint64_t>(o.seeds) > most_seeds + 1)
    fail_usage("--write keeps the seeds up to {}", most_seeds);
  check_out(o.out);
  for (const std::string& name : o.presets) one_of("rows", name, preset_names());
}

int run(const ReproduceOptions& o) {
  check(o);
  if (!o.write.empty() && !o.share.plan) write_result_tables(o.write);  // from the existing logs
  use_machine(o.machine);
  watch_for_interrupt();
  Progress progress(o.quiet);
  std::optional<DataSplit> images;
  const KnownDataSet* loaded = nullptr;
  const auto images_of = [&](const Options& options) -> const DataSplit& {
    if (loaded != options.images.set) images = find_images(options, progress), loaded = options.images.set;
    if (images->name == "synthetic")
      fail("the presets must be trained on {}: name its folder with --data", loaded->title);
    return *images;
  };
  std::vector<Row> rows;
  const std::vector<PlannedRun> runs = plan(o, rows);
  const auto result = train_share(runs, o.share, o.out, images_of, progress,
                                  [&](const PlannedRun& run, const RunResult& done) {
                                    if (!done.diverged.empty()) fail("{}: {}", run.label, done.diverged);
                                    const Row& of = rows[static_cast<std::size_t>(&run - runs.data())];
                                    keep(o, of.row, of.seed, done);
                                  });
  return result.status;
}

}  // namespace
}  // namespace norma

int main(int argc, char** argv) {
  return norma::run_app("reproduce", [&] {
    norma::ReproduceOptions options;
    norma::apply_flags(norma::flags(), argc, argv, options);
    if (options.help) return norma::print(norma::help()), 0;
    return norma::run(options);
  });
}
