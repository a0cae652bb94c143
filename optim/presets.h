// Presets: networks (layers/network/zoo.h), each with the recipe that it is trained by.
//
//   const Preset& preset = find_preset("norma-49k");
//   const auto network = preset.network({.norm = Norm::gn});
//   Trainer trainer(network, data, preset.recipe(Norm::gn));
//
// A published one comes with what its authors reached; the number of parameters is its fingerprint. A new preset is one
// more row in presets.cpp, and one in bench/peers/presets.py, which trains it in PyTorch; a test misses that one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/known_data.h"
#include "layers/network/builder.h"
#include "optim/recipe.h"

namespace norma {

/// What was published for one norm. Accuracies in percent, the best epoch's.
struct PublishedRow {
  Norm norm;
  std::int64_t parameters;
  std::optional<double> train = {}, test = {};
};

struct Preset {
  std::string name;
  const KnownDataSet* data;        ///< the set that its recipe was found on
  std::string source;              ///< who published it; empty: Norma's own
  std::vector<PublishedRow> rows;  ///< by norm; the first is what --norm defaults to
  std::shared_ptr<Sequential> (*network)(const NetworkChoice&);
  Recipe (*recipe)(Norm);  ///< its own for a norm
};

const std::vector<Preset>& presets();
/// Throws, listing the names, where no preset has that one.
const Preset& find_preset(const std::string& name);
std::vector<std::string> preset_names();

/// Whether its network takes the images of a data set; the user's own images are brought to any size.
bool takes(const Preset& preset, const KnownDataSet& set);
/// The first that takes the set's images.
const Preset& default_preset(const KnownDataSet& set);

/// The table that --list-presets prints.
std::string list_presets();

}  // namespace norma
