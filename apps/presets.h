// Presets: networks, each with the recipe that it is trained by. A published one comes with what its authors
// reached; the number of parameters is its fingerprint. A new preset is one more entry in presets.cpp, and one in
// bench/peers/presets.py, which trains it in PyTorch; a test misses that one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/network.h"
#include "data/known_data.h"

namespace norma {

struct Options;

/// What was published for one norm. Accuracies in percent, the best epoch's.
struct PublishedRow {
  Norm norm;
  std::int64_t parameters;
  std::optional<double> train = {}, test = {};
};

struct Preset {
  std::string name;
  const KnownDataSet* data;
  std::string source;              ///< who published it; empty: Norma's own
  std::vector<PublishedRow> rows;  ///< by norm; the first is what --norm defaults to
  std::shared_ptr<Sequential> (*network)(const NetworkChoice&);
  /// Changes what differs from the recipe that Options has as defaults, for the norm that is set there.
  void (*recipe)(Options&);
};

const std::vector<Preset>& presets();
/// Throws where there is none of that name.
const Preset& find_preset(const std::string& name);
/// The names of those for a data set.
std::vector<std::string> preset_names(const KnownDataSet& data);
/// The network that the options ask for.
std::shared_ptr<Sequential> make_network(const Options& options);

/// The table that --list-presets prints.
std::string list_presets();

}  // namespace norma
