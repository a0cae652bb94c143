// A training run from its options to its run folder. cifar_norm and mnist_norm do one; reproduce, compare and
// study do many.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "apps/cli/options.h"
#include "apps/cli/progress.h"
#include "data/dataset.h"
#include "layers/summary.h"
#include "optim/trainer.h"

namespace norma {

struct RunResult {
  std::vector<EpochResult> epochs;  ///< finished ones
  bool stopped = false;             ///< by Ctrl-C
  std::string diverged = {};        ///< the error, if the loss became NaN or infinite; else empty
  std::filesystem::path folder;
  bool missing = false;  ///< it is not in its folder, and was not to be trained
};

/// Throws an error that names the largest layers if the network has more parameters than --max-params allows.
void check_size(const Summary& summary, const Options& options);

/// Throws if --out is a file.
void check_out(const std::filesystem::path& out);

/// The images that the options name, downloaded if necessary.
DataSplit find_images(const Options& options, Progress& progress);

/// What to do if the run folder already contains this run, complete: train it again; keep it; keep it if it
/// was made on another device or with another instruction set too; or this, and train nothing where it is
/// not.
enum class Finished { run_again, keep, keep_of_any_machine, only_keep };

struct RunHooks {
  std::function<void()> before_training = {};  ///< not called if a finished run is kept
  std::function<void(const EpochResult&)> after_epoch = {};
  /// Processes that train the run together, if there are several. Rank 0 writes the folder, which all can
  /// read.
  std::shared_ptr<Ranks> ranks = {};
};

/// Trains, writes a run folder and prints the progress. Ctrl-C stops it after the current step. The results
/// so far are kept then, and also if training diverges, but without the weights. `command` is the command
/// that repeats the run.
RunResult train_run(const Options& options, const DataSplit& images, const std::string& command,
                    Progress& progress, Finished finished = Finished::run_again, const RunHooks& hooks = {});

}  // namespace norma
