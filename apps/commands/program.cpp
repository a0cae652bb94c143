#include "apps/commands/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "apps/cli/arguments.h"
#include "apps/cli/run_app.h"
#include "apps/commands/compare.h"
#include "apps/commands/eval.h"
#include "apps/commands/study.h"
#include "apps/commands/train_run.h"
#include "apps/mpi/launched_ranks.h"
#include "core/random.h"
#include "data/download.h"
#include "kernels/simd_target.h"
#include "layers/summary.h"
#include "optim/presets.h"

namespace norma {
namespace {

int train(const Program& program, Options options, const std::string& command) {
  use_machine(options.machine);
  watch_for_interrupt();
  const std::shared_ptr<Ranks> ranks = options.summary ? nullptr : launched_ranks(options.machine.device());
  options.processes = ranks ? ranks->size() : 1;
  options.quiet = options.quiet || (ranks && ranks->rank() > 0);
  Progress progress(options.quiet);
  std::optional<DataSplit> images;
  if (options.images.set->classes == 0) {  // the number of classes depends on the images
    images = find_images(options, progress);
    options.network.classes = static_cast<std::int64_t>(images->classes.size());
  }
  manual_seed(options.recipe.seed);
  const Summary summary = summarize(*make_network(options), image_of(options));
  check_size(summary, options);
  if (options.summary) return print(summary.to_string()), 0;
  check_out(options.out);

  say(options.quiet,
      fmt::format("{} {} · {} · {} · {} parameters · {}", program.name, NORMA_VERSION, options.preset,
                  norm_label(options.network), with_commas(summary.parameters),
                  describe_machine(options.machine)) +
          (ranks
               ? fmt::format(" · {} processes{}", ranks->size(),
                             ranks->reaches(options.machine.device()) ? "" : " that exchange through the CPU")
               : ""));
  if (!images) images = find_images(options, progress);
  const RunResult result =
      train_run(options, *images, command, progress, Finished::run_again, {.ranks = ranks});
  if (!result.diverged.empty() && ranks && ranks->rank() > 0) return 1;  // rank 0 says why
  if (!result.diverged.empty())
    fail("{}; finished epochs: {}, kept in {}", result.diverged, result.epochs.size(),
         result.folder.string());
  return result.stopped ? interrupt_status() : 0;
}

}  // namespace

int train_program(const Program& program, int argc, const char* const* argv) {
  const std::string command = argc > 1 ? argv[1] : "";
  if (command == "eval") return run_eval(program, argc - 1, argv + 1);
  if (command == "recalibrate") return run_recalibrate(program, argc - 1, argv + 1);
  if (command == "compare") return run_compare(program, argc - 1, argv + 1);
  if (command == "study") return run_study(program, argc - 1, argv + 1);
  const Options options = parse_options(argc, argv, program);
  if (options.help) return print(help_text(program)), 0;
  if (options.version) return print(fmt::format("{} {}\n", program.name, NORMA_VERSION)), 0;
  if (options.list_presets) return print(list_presets()), 0;
  return train(program, options, command_line(program.name, argc, argv));
}

std::string command_line(const std::string& program, int argc, const char* const* argv) {
  std::string command = program;
  for (int i = 1; i < argc; ++i) command += " " + quoted(argv[i]);
  return command;
}

}  // namespace norma
