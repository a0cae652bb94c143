#include "apps/commands/series_options.h"

#include <algorithm>

#include "apps/cli/arguments.h"
#include "apps/report/pages/words.h"
#include "kernels/simd_target.h"
#include "layers/summary.h"
#include "optim/presets.h"
#include "optim/run/run_folder.h"

namespace norma {
namespace {

using O = SeriesOptions&;
using S = const std::string&;

std::vector<std::int64_t> numbers(const std::string& flag, const std::string& list) {
  std::vector<std::int64_t> values;
  for (const std::string& word : split_words(list, ','))
    values.push_back(whole_number(flag, word, 1, 1 << 20));
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

const std::vector<Flag<SeriesOptions>>& flags() {
  static const std::vector<Flag<SeriesOptions>> own = {
      {"Series", "norms", "LIST", "some of " + listing(norm_names()) + ", with commas (bn,gn,ln)",
       [](O o, S f, S v) {
         o.norms.clear();
         for (const std::string& norm : split_words(v, ','))
           if (std::find(o.norms.begin(), o.norms.end(), one_of(f, norm, norm_names())) == o.norms.end())
             o.norms.push_back(norm);
       }},
      {"Series", "seeds", "N", "runs per variant; the first uses --seed, each next one a seed 1 higher (1)",
       [](O o, S f, S v) { o.seeds = static_cast<int>(whole_number(f, v, 1, 1000)); }},
      {"Series", "batches", "LIST", "study batch-size: the sizes (2,4,8,16,32,128)",
       [](O o, S f, S v) { o.batches = numbers(f, v); }},
      {"Series", "group-counts", "LIST", "study groups: the numbers of groups (1,2,4,8,16)",
       [](O o, S f, S v) { o.groups = numbers(f, v); }},
      {"Series", "help", "", "print this text and end", [](O o, S, S) { o.help = true; }},
  };
  static const auto all = joined<SeriesOptions>({own, of_part(share_flags(), &SeriesOptions::share)});
  return all;
}

// The training flags that a series passes to its runs.
std::vector<FlagText> training_texts() {
  std::vector<FlagText> texts;
  for (const FlagText& text : texts_of(training_flags())) {
    const auto is = [&](const char* name) { return text.name == name; };
    if (!is("norm") && !is("help") && !is("version") && !is("summary") && !is("list-presets"))
      texts.push_back(text);
  }
  return texts;
}

std::vector<FlagText> all_texts() {
  std::vector<FlagText> texts = texts_of(flags());
  for (const FlagText& text : training_texts()) texts.push_back(text);
  return texts;
}

}  // namespace

SeriesOptions parse_series(int argc, const char* const* argv, std::vector<std::string>* others) {
  SeriesOptions options;
  const FlagWords words = cut_flags(all_texts(), argc, argv, others);
  apply_words(flags(), words, options);
  check_share(options.share);
  for (const auto& word : words) {
    const auto own = [&](const Flag<SeriesOptions>& flag) { return flag.name == word.first; };
    if (std::none_of(flags().begin(), flags().end(), own)) options.training.push_back(word);
  }
  return options;
}

Variant variant_of(const Program& program, const SeriesOptions& options, const std::string& label, Norm norm,
                   const FlagWords& more) {
  FlagWords words;
  for (const auto& word : options.training)
    if (concerns(word.first, norm)) words.push_back(word);
  words.insert(words.end(), more.begin(), more.end());
  const Options checked = options_from(words, program, norm);  // before their values are used
  std::string command = program.name + " --norm " + name(norm);
  const std::vector<FlagText> texts = training_texts();
  const auto is_switch = [&](const std::string& flag) {
    return std::any_of(texts.begin(), texts.end(),
                       [&](const FlagText& text) { return text.name == flag && text.value.empty(); });
  };
  for (const auto& [flag, value] : words)
    if (flag == "data" && value != "synthetic")
      command += " --data " + quoted(std::filesystem::absolute(value).string());
    else if (flag != "seed" && flag != "out" && flag != "resume")
      command += " --" + flag + (is_switch(flag) ? "" : " " + quoted(value));
  return {label, checked, command};
}

void check_series(const SeriesOptions& options, const std::vector<Variant>& variants,
                  const std::vector<std::string>& own) {
  const auto given = [&](const char* name, bool there) {
    if (there && std::find(own.begin(), own.end(), name) == own.end())
      fail_usage("--{} cannot be used with this command; see its --help", name);
  };
  given("norms", !options.norms.empty());
  given("batches", !options.batches.empty());
  given("group-counts", !options.groups.empty());
  for (const auto& word : options.training) {
    const std::string& flag = word.first;
    if (std::none_of(variants.begin(), variants.end(),
                     [&](const Variant& v) { return concerns(flag, v.options.network.norm); }))
      fail_usage("--{} is only for {}, and none of these is among the norms", flag, norms_with(flag));
  }
}

bool makes_a_network(const Variant& variant) {
  try {
    make_network(variant.options);
    return true;
  } catch (const UsageError&) {
    return false;
  }
}

std::optional<SeriesResult> run_series(const Program& program, const std::vector<Variant>& variants,
                                       const SeriesOptions& series, const std::filesystem::path& out,
                                       int& status) {
  const Options& options = variants.front().options;
  check_out(out);
  if (is_run(out)) fail("--out {} is the folder of a single run; name another", out.string());
  use_machine(options.machine);
  for (const Variant& v : variants)
    check_size(summarize(*make_network(v.options), image_of(v.options)), v.options);
  watch_for_interrupt();
  Progress progress(options.quiet);
  const std::vector<PlannedRun> runs = plan_series(variants, series.seeds, out);
  std::optional<DataSplit> images;
  if (!series.share.plan) {
    say(options.quiet,
        fmt::format("{} {} · {} · {} variants, {} each · {}", program.name, NORMA_VERSION, options.preset,
                    variants.size(), counted(series.seeds, "seed"), describe_machine(options.machine)));
    images = find_images(options, progress);
  }
  const ShareResult results = train_share(
      runs, series.share, out, [&](const Options&) -> const DataSplit& { return *images; }, progress, {},
      [&] {
        put_aside({out / "report.html", out / "curves.png", out / "comparison.txt", out / "study.txt"});
      });
  status = results.status;
  if (results.runs.empty()) return std::nullopt;
  if (results.missing.size() == runs.size()) fail("no run in {} is complete yet", out.string());
  return read_series(variants, runs, results, *images);
}

std::string series_help(const Program& program, const std::string& command, const std::string& what,
                        const std::string& examples) {
  return fmt::format("{0} {1} {2}.\n\nUsage: {0} {1} [flags]\n", program.name, command, what) +
         flags_help(all_texts()) + "\nExamples:\n" + fmt::format(fmt::runtime(examples), program.name) +
         "\n--out contains one run folder per training, report.html, curves.png and a table of all runs.\n"
         "A complete run is not trained again: you can stop with Ctrl-C and continue later.\n"
         "If a run diverges, the report says so, and the other runs continue.\n"
         "Several processes, on any machines with a common folder, train the runs together with --claim or "
         "--shard;\n"
         "then the command without these flags makes the report (docs/scale.md).\n"
         "Exit status: 0 done, 1 failed, 2 wrong command line, 130 interrupted.\n";
}

}  // namespace norma
