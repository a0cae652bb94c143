// Everything that a training run can be asked for on a command line: a preset (optim/presets.h), which flags change, and
// what the library does not know of: files, machine, output.
#pragma once

#include <optional>
#include <string>

#include "apps/cli/flags.h"
#include "apps/cli/shared_flags.h"
#include "data/known_data.h"
#include "layers/network/builder.h"
#include "optim/recipe.h"

namespace norma {

/// A name under which training can be started. All take --data-set; they differ in the set that they take without it.
struct Program {
  std::string name;
  const KnownDataSet* data;
};
inline const Program cifar_norm = {"cifar_norm", &cifar10_data};
inline const Program mnist_norm = {"mnist_norm", &mnist_data};
/// The one that trains on this data set without --data-set, else cifar_norm.
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
  std::optional<std::int64_t> limit_train, limit_test;

  MachineOptions machine;
  bool cross_check = false;
  bool profile = false;
  bool no_fuse = false;  ///< every layer by itself (layers/fusion.h)
  std::string out;       ///< run folder; empty: a new one under runs/
  bool tensorboard = false;
  std::optional<std::int64_t> max_params;
  bool summary = false;
  bool list_presets = false;
  bool quiet = false;

  bool help = false;
  bool version = false;
};

/// Reads a command line over the preset's recipe; without --device, the device is cuda where a GPU answers. Throws
/// UsageError, one sentence with the nearest valid word, for what it cannot take.
Options parse_options(int argc, const char* const* argv, const Program& program = cifar_norm);
/// The text of --help.
std::string help_text(const Program& program = cifar_norm);
/// All flags that a training run takes.
const std::vector<Flag<Options>>& training_flags();
/// The preset's recipe with what the words of a command line change; with `norm`, for this one.
Options options_from(const FlagWords& words, const Program& program, std::optional<Norm> norm = {});
/// The recipe of a preset with one of its norms (its first one by default), before any flag.
Options preset_options(const std::string& preset, std::optional<Norm> norm = {});

/// The network that the options ask for.
std::shared_ptr<Sequential> make_network(const Options& options);
/// [C, H, W] of the images that the preset's network takes.
const Shape& image_of(const Options& options);
/// How the images are to be loaded.
LoadOptions load_options(const Options& options);
/// "gn4" where the command line chose the groups, else "gn"
std::string norm_label(const NetworkChoice& network);

}  // namespace norma
