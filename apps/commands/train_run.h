// A training run from its options to its run folder: what cifar_norm and mnist_norm do, and what reproduce, compare
// and study do many times.
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
  std::string diverged = {};        ///< why it ended, where the loss became NaN or infinite
  std::filesystem::path folder;
};

/// Throws, naming the largest layers, where a network has more parameters than --max-params allows.
void check_size(const Summary& summary, const Options& options);

/// Throws where --out is a file.
void check_out(const std::filesystem::path& out);

/// The images that the options name, downloaded where they must be.
DataSplit find_images(const Options& options, Progress& progress);

/// What to do with a run folder that holds this very run, complete.
enum class Finished { run_again, keep };

/// Trains and fills a run folder, telling the user; on Ctrl-C it stops after the present step, and what was reached
/// is kept, as it is where training diverges (but for the weights). `command` is how to repeat it. before_training() is
/// called first, unless the run is kept.
RunResult train_run(const Options& options, const DataSplit& images, const std::string& command,
                    Progress& progress, Finished finished = Finished::run_again,
                    const std::function<void()>& before_training = {});

}  // namespace norma
