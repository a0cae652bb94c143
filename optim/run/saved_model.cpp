#include "optim/run/saved_model.h"

#include <algorithm>

#include "layers/safetensors.h"
#include "optim/presets.h"
#include "optim/run/saved_config.h"

namespace norma {
namespace fs = std::filesystem;

namespace {

SavedConfig config_in(const fs::path& file, const Metadata& metadata) {
  const auto text = metadata.find("config");
  if (text == metadata.end())
    fail("{} does not describe its network: only models that cifar_norm wrote can be loaded", file.string());
  const std::string name = "the configuration in " + file.string();
  if (text->second.size() > most_config_bytes)
    fail("{} has {} bytes: expected at most {}", name, text->second.size(), most_config_bytes);
  return parse_config(text->second, name);
}

// A choice that would be a wrong command line elsewhere is an error in the file here.
std::shared_ptr<Module> network_of(const fs::path& file, const Preset& preset, const NetworkChoice& choice) {
  try {
    return preset.network(choice);
  } catch (const UsageError& e) {
    fail("the network in {} cannot be made: {}", file.string(), e.what());
  }
}

// To be called before memory is allocated for the weights.
void check_size(const fs::path& file, const SafetensorsHeader& header, const Module& network) {
  std::int64_t expected = 0;
  for (const NamedTensor& t : network.state_dict()) expected += t.tensor.numel();
  if (header.numel() > expected)
    fail("{} has {} numbers, and the network that it describes has {}", file.string(), header.numel(),
         expected);
}

}  // namespace

SavedModel load_saved_model(const fs::path& run, std::optional<Precision> precision) {
  if (run.empty()) fail_usage("a run folder, or its model, has a name, not an empty one");
  const fs::path file = fs::is_directory(run) ? run / "model.safetensors" : run;
  if (!fs::exists(file)) fail("there is no {}; name a run folder of cifar_norm, or its model", file.string());
  const SafetensorsHeader header = read_safetensors_header(file);
  const SavedConfig config = config_in(file, header.metadata);
  const NormRow* norm = find_norm(config.norm);
  const auto names = preset_names();
  if (norm == nullptr || std::find(names.begin(), names.end(), config.preset) == names.end())
    fail("the network in {}, {} with the norm {}, is not one that this version knows", file.string(),
         config.preset, config.norm);
  const Preset& preset = find_preset(config.preset);
  const KnownDataSet& set = config.set != nullptr ? *config.set : *preset.data;
  if (!takes(preset, set))
    fail("the network in {}, {}, does not take the images of {}", file.string(), preset.name, set.title);
  const LoadOptions load{.labels = config.labels, .image = preset.data->image, .hold_out = config.held_out};
  check_normalization(config.normalization, load.image[0],
                      fmt::format("the normalization in {}", file.string()));
  NetworkChoice choice{.norm = norm->norm,
                       .groups = config.groups,
                       .ghost = config.ghost,
                       .standardize = config.standardize,
                       .precision = precision.value_or(config.precision)};
  if (!config.classes.empty()) choice.classes = static_cast<std::int64_t>(config.classes.size());
  SavedModel model{file,
                   network_of(file, preset, choice),
                   config.normalization,
                   &set,
                   load,
                   preset.name,
                   norm_label(norm->name, choice.groups, choice.ghost, choice.standardize, choice.precision),
                   config.classes};
  check_size(file, header, *model.network);
  try {
    model.network->load_state_dict(load_safetensors(file));
  } catch (const Error& e) {
    fail("the weights in {} do not fit its network, {}: {}", file.string(), preset.name, e.what());
  }
  return model;
}

}  // namespace norma
