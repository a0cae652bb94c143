// Presets: networks (layers/network/zoo.h), each with its training recipe.
//
//   const Preset& preset = find_preset("norma-49k");
//   const auto network = preset.network({.norm = Norm::gn});
//   Trainer trainer(network, data, preset.recipe(Norm::gn));
//
// A published preset includes the results of its authors. Its number of parameters identifies its network. To
// add a preset, add a row to presets.cpp and a row to bench/peers/presets.py, which trains it in PyTorch. A
// test fails if the second row is missing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/known_data.h"
#include "layers/network/builder.h"
#include "optim/recipe.h"

namespace norma {

/// The published results of one norm. Accuracies in percent, of the best epoch.
struct PublishedRow {
  Norm norm;
  std::int64_t parameters;
  std::optional<double> train = {}, test = {};
};

struct Preset {
  std::string name;
  const KnownDataSet* data;        ///< the set that its recipe was found with
  std::string source;              ///< where it was published; empty: Norma's own
  std::vector<PublishedRow> rows;  ///< by norm; the first norm is the default of --norm
  std::shared_ptr<Sequential> (*network)(const NetworkChoice&);
  Recipe (*recipe)(Norm);  ///< may depend on the norm
};

const std::vector<Preset>& presets();
/// Throws an error that lists the names if no preset has that name.
const Preset& find_preset(const std::string& name);
std::vector<std::string> preset_names();

/// Whether its network takes the images of a data set. The user's own images always fit: they are resized.
bool takes(const Preset& preset, const KnownDataSet& set);
/// The first preset that takes the set's images.
const Preset& default_preset(const KnownDataSet& set);

/// The table that --list-presets prints.
std::string list_presets();

}  // namespace norma
