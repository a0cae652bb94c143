// All options of a training run on the command line: a preset (optim/presets.h), changes to it, and options
// outside the library: files, machine, output.
#pragma once

#include <optional>
#include <string>

#include "apps/cli/flags.h"
#include "apps/cli/shared_flags.h"
#include "data/known_data.h"
#include "layers/network/builder.h"
#include "optim/recipe.h"

namespace norma {

/// A program that trains. All of them have --data-set; they differ only in the default data set.
struct Program {
  std::string name;
  const KnownDataSet* data;
};
inline const Program cifar_norm = {"cifar_norm", &cifar10_data};
inline const Program mnist_norm = {"mnist_norm", &mnist_data};
/// The program with this default data set, or cifar_norm if there is none.
inline const Program& program_for(const KnownDataSet& data) {
  return &data == mnist_norm.data ? mnist_norm : cifar_norm;
}

struct Options {
  std::string preset = "norma-49k";
  NetworkChoice network;
  Recipe recipe;

  ImageSource images;
  bool measure_normalization = false;
  double val_split = 0;
  /// On several processes: batch norm takes the statistics of each one's images. If not set: of all images.
  std::optional<bool> local_statistics;
  std::optional<std::int64_t> limit_train, limit_test;

  MachineOptions machine;
  int processes = 1;  ///< that train together (apps/mpi/launched_ranks.h)
  bool cross_check = false;
  bool profile = false;
  bool no_fuse = false;   ///< run every layer separately (layers/fusion.h)
  bool no_graph = false;  ///< do not repeat recorded steps (optim/step_graphs.h)
  std::string out;        ///< run folder; empty: a new one under runs/
  bool resume = false;    ///< go on with the run in `out`, which was interrupted
  std::optional<std::int64_t>
      checkpoint_every;           ///< steps between two checkpoints, besides that at the end of an epoch
  double checkpoint_minutes = 5;  ///< minutes between two checkpoints; 0: only those of steps and epochs
  bool tensorboard = false;
  std::optional<std::int64_t> max_params;
  bool summary = false;
  bool list_presets = false;
  bool quiet = false;

  bool help = false;
  bool version = false;
};

/// Reads a command line and applies it to the preset's recipe. Without --device, the device is cuda if a GPU
/// answers. Throws UsageError for a wrong command line: one sentence with the nearest valid word.
Options parse_options(int argc, const char* const* argv, const Program& program = cifar_norm);
/// The text of --help.
std::string help_text(const Program& program = cifar_norm);
/// All flags that a training run takes.
const std::vector<Flag<Options>>& training_flags();
/// Whether a training flag has an effect with a norm: --groups, --ghost and --bn are for some norms only.
bool concerns(const std::string& flag, Norm norm);
/// The names of those norms: "gn, evonorm-s0 or gn-pn".
std::string norms_with(const std::string& flag);
/// The preset's recipe with the changes of a command line; `norm`, if given, overrides --norm.
Options options_from(const FlagWords& words, const Program& program, std::optional<Norm> norm = {});
/// The recipe of a preset with one of its norms (its first one by default), before any flag.
Options preset_options(const std::string& preset, std::optional<Norm> norm = {});

/// The network that the options ask for.
std::shared_ptr<Sequential> make_network(const Options& options);
/// [C, H, W] of the images that the preset's network takes.
const Shape& image_of(const Options& options);
/// The options for loading the images.
LoadOptions load_options(const Options& options);
/// "gn4" if the command line chose the groups, else "gn"
std::string norm_label(const NetworkChoice& network);

}  // namespace norma
