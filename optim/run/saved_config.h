// The configuration of a run, read from config.json or from the metadata of model.safetensors, which has a
// copy.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/precision.h"
#include "data/known_data.h"

namespace norma {

/// The values that programs use, checked. A value that an older run does not have is at its default here.
struct SavedConfig {
  nlohmann::ordered_json json;  ///< all of it, for the tables of reports
  std::string command = "not recorded", version = "not recorded";
  std::string on_nan = "stop";
  std::string diverged;  ///< the error when the loss became NaN or infinite; else empty

  std::string data_name;              ///< "cifar10", "synthetic"
  const KnownDataSet* set = nullptr;  ///< nullptr if the run does not name it
  Labels labels = Labels::fine;
  std::optional<HeldOut> held_out;
  std::int64_t train_images = 0;
  std::vector<std::string> classes;
  Normalization normalization;  ///< check_normalization() checks their number

  std::string preset, norm;  ///< "c11-48096", "gn"; unknown ones can be from a later version
  std::optional<std::int64_t> groups;
  std::int64_t ghost = 0;
  bool standardize = false;
  Precision precision = Precision::exact;
  std::int64_t parameters = 0;

  int epochs = 0;
  std::uint64_t seed = 0;
  double lr = 0;
};

/// The longest text of a configuration.
inline constexpr std::size_t most_config_bytes = 16 << 20;

/// Error messages begin with `name`. Throws if a value has the wrong type, or if Norma cannot have written
/// it.
SavedConfig config_from(nlohmann::ordered_json json, const std::string& name);
/// Parses it first.
SavedConfig parse_config(std::string_view text, const std::string& name);

/// Two runs must give the same bits if they have the same network, images, recipe, device and instruction
/// set. Returns the first difference, as "training.lr is 0.1 there and 0.01 here" (`other` is there); empty
/// if there is none.
std::string difference(const nlohmann::ordered_json& config, const nlohmann::ordered_json& other);
bool same_recipe(const nlohmann::ordered_json& config, const nlohmann::ordered_json& other);

}  // namespace norma
