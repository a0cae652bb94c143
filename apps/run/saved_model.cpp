#include "apps/run/saved_model.h"

#include <nlohmann/json.hpp>

#include "layers/safetensors.h"
#include "optim/presets.h"

namespace norma {
namespace fs = std::filesystem;

namespace {

// What the program wrote of how the images were loaded. Older runs say nothing: nothing could be chosen.
LoadOptions load_options_from(const nlohmann::json& data, const Shape& image) {
  LoadOptions load{.labels = data.value("labels", "fine") == "coarse" ? Labels::coarse : Labels::fine,
                   .image = image,
                   .hold_out = {}};
  if (data.contains("held_out") && !data["held_out"].is_null())
    load.hold_out = HeldOut{data["held_out"].at("share"), data["held_out"].at("seed")};
  return load;
}

}  // namespace

SavedModel load_saved_model(const fs::path& run) {
  const fs::path file = fs::is_directory(run) ? run / "model.safetensors" : run;
  if (!fs::exists(file)) fail("there is no {}; name a run folder of cifar_norm, or its model", file.string());
  Metadata metadata;
  const auto state = load_safetensors(file, &metadata);
  const auto config = nlohmann::json::parse(metadata["config"], nullptr, false);
  if (!config.is_object() || !config.contains("network"))
    fail("{} does not say what network it is: only models that cifar_norm wrote can be loaded",
         file.string());
  try {
    const auto& network = config.at("network");
    const auto& data = config.at("data");
    const Preset& preset = find_preset(network.at("name"));
    const auto classes = data.value("classes", std::vector<std::string>());
    NetworkChoice choice{.norm = norm_from(network.at("norm"))};
    if (!network.at("groups").is_null()) choice.groups = network.at("groups").get<std::int64_t>();
    if (!classes.empty()) choice.classes = static_cast<std::int64_t>(classes.size());
    SavedModel model{file,
                     preset.network(choice),
                     {data.at("normalization_mean"), data.at("normalization_std")},
                     data.contains("set") ? &find_data_set(data.at("set")) : preset.data,
                     load_options_from(data, preset.data->image),
                     preset.name,
                     name(choice.norm),
                     classes};
    check_normalization(model.normalization, model.load.image[0],
                        fmt::format("the normalization in {}", file.string()));
    model.network->load_state_dict(state);
    return model;
  } catch (const nlohmann::json::exception& e) {
    fail("the configuration in {} is not one of cifar_norm's: {}", file.string(), e.what());
  }
}

}  // namespace norma
