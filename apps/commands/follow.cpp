#include "apps/commands/follow.h"

#include "apps/cli/progress.h"
#include "optim/run/checkpoint.h"

namespace norma {

void check_same_run(Ranks& ranks, const nlohmann::ordered_json& config) {
  nlohmann::ordered_json same = config;
  same.erase("command");
  same["machine"].erase("threads");
  ranks.check_equal("program, flags, images or instruction set", same.dump());
}

std::int64_t agree_on_start(Ranks* ranks, std::int64_t steps) {
  return ranks ? ranks->gather(std::span<const std::int64_t>(&steps, 1))[0] : steps;
}

RunResult follow(Trainer& trainer, Ranks& ranks, const Options& options) {
  RunResult result;
  result.folder = options.out;
  const std::int64_t start = agree_on_start(&ranks, 0);
  if (start == run_is_complete) return result;
  if (start > 0) {
    const auto checkpoint = load_checkpoint(options.out);
    if (checkpoint) trainer.load_state_dict(checkpoint->state);
    if (trainer.steps_done() != start)
      fail(
          "rank {} does not find the checkpoint that rank 0 continues from: --out must be a folder that all "
          "processes read",
          ranks.rank());
  }
  try {
    while (trainer.finished_epochs() < options.recipe.epochs) {
      result.epochs.push_back(trainer.run_epoch([](const StepReport&) { return !interrupted(); }));
      if (trainer.stopped()) return result.epochs.pop_back(), result.stopped = true, result;
    }
    trainer.test_scores();  // as rank 0 for its report
  } catch (const Diverged& e) {
    result.diverged = e.what();
  }
  return result;
}

}  // namespace norma
