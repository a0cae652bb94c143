#include "optim/run/saved_config.h"

#include <algorithm>
#include <limits>

#include "core/error.h"
#include "core/json.h"
#include "optim/recipe.h"

namespace norma {
namespace {

using Json = nlohmann::ordered_json;
using Fields = JsonObject<Json>;

constexpr std::int64_t many = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t most_numbers = 1000;  // check_normalization() says how many are too many
constexpr std::size_t longest_name = 1000, longest_text = 4 << 20;  // a command line can be long

std::string text_or(const Fields& fields, const char* key, const std::string& otherwise,
                    std::size_t longest = longest_name) {
  return fields.has(key) ? fields.text(key, longest) : otherwise;
}

// These texts are printed on terminals, which obey some control characters.
void check_printable(const std::string& text, const char* what, const std::string& where) {
  if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; }))
    fail("{}: {} has control characters", where, what);
}

const KnownDataSet* set_from(const std::string& name, const std::string& where) {
  for (const KnownDataSet& set : known_data_sets())
    if (set.name == name) return &set;
  check_printable(name, "data.set", where);
  fail("{}: data.set is '{}', which is not a data set that this version knows", where, name);
}

void read_data(const Fields& data, const std::string& where, SavedConfig& config) {
  config.data_name = text_or(data, "name", "");
  if (data.has("set")) config.set = set_from(data.text("set", longest_name), where);
  if (const std::string labels = text_or(data, "labels", "fine"); labels == "coarse")
    config.labels = Labels::coarse;
  else if (labels != "fine")
    fail("{}: data.labels is neither fine nor coarse", where);
  if (data.has("held_out")) {
    const Fields held_out = data.object("held_out");
    config.held_out = HeldOut{held_out.number("share", 1e-6, 1 - 1e-6),
                              static_cast<std::uint64_t>(held_out.whole("seed", 0, many))};
  }
  if (data.has("train_images")) config.train_images = data.whole("train_images", 0, many);
  if (data.has("classes")) config.classes = data.texts("classes", most_classes, longest_name);
  // Pixels are from 0 to 1. Numbers far from that would make them infinite.
  if (data.has("normalization_mean"))
    config.normalization.mean = data.numbers("normalization_mean", most_numbers, -1e6, 1e6);
  if (data.has("normalization_std"))
    config.normalization.std = data.numbers("normalization_std", most_numbers, 0, 1e6);
}

// Throws if the set does not have these labels, or has another number of classes.
void check_classes(const SavedConfig& config, const std::string& where) {
  if (config.set == nullptr) return;
  if (config.labels == Labels::coarse && config.set->coarse_classes == 0)
    fail("{}: data.labels is coarse, and {} has no such labels", where, config.set->title);
  const std::int64_t expected = classes_of(*config.set, config.labels);
  if (expected > 0 && !config.classes.empty() && static_cast<std::int64_t>(config.classes.size()) != expected)
    fail("{}: data.classes are {} instead of the {} of {}", where, config.classes.size(), expected,
         config.set->title);
}

}  // namespace

SavedConfig config_from(Json json, const std::string& name) {
  SavedConfig config;
  const Fields all(json, name);
  config.command = text_or(all, "command", config.command, longest_text);
  config.version = text_or(all, "version", config.version);
  config.on_nan = text_or(all, "on_nan", config.on_nan);
  config.diverged = text_or(all, "diverged", "", longest_text);
  read_data(all.object("data"), name, config);
  check_classes(config, name);
  for (const std::string& c : config.classes) check_printable(c, "one of data.classes", name);
  const Fields network = all.object("network");
  config.preset = text_or(network, "name", "");
  config.norm = network.text("norm", longest_name);
  check_printable(config.diverged, "diverged", name);
  check_printable(config.data_name, "data.name", name);
  check_printable(config.preset, "network.name", name);
  check_printable(config.norm, "network.norm", name);
  if (network.has("groups")) config.groups = network.whole("groups", 1, many);
  if (network.has("ghost")) config.ghost = network.whole("ghost", 1, many);
  if (network.has("standardize")) config.standardize = network.truth("standardize");
  check_printable(text_or(network, "precision", ""), "network.precision", name);
  if (network.has("precision"))
    config.precision =
        precision_from(fmt::format("{}: network.precision", name), network.text("precision", longest_name));
  if (network.has("parameters")) config.parameters = network.whole("parameters", 0, many);
  if (all.has("training")) {
    const Fields training = all.object("training");
    config.epochs = static_cast<int>(training.whole("epochs", 1, most_epochs));
    if (training.has("seed")) config.seed = static_cast<std::uint64_t>(training.whole("seed", 0, many));
    if (training.has("lr")) config.lr = training.number("lr", 0, std::numeric_limits<double>::max());
  }
  if (all.has("machine")) all.object("machine");  // that it is an object
  config.json = std::move(json);
  return config;
}

SavedConfig parse_config(std::string_view text, const std::string& name) {
  return config_from(parse_json<Json>(text, name), name);
}

std::string difference(const Json& config, const Json& other) {
  const auto part = [](const Json& whole, const char* name) {
    return whole.is_object() && whole.contains(name) ? whole[name] : Json();
  };
  std::vector<std::pair<std::string, std::pair<Json, Json>>> pairs;
  pairs.push_back({"program", {part(config, "program"), part(other, "program")}});
  for (const char* name : {"data", "network", "training", "machine"}) {
    const Json here = part(config, name), there = part(other, name);
    const auto add = [&](const std::string& key) {
      if (key != "threads" && key != "processes")  // the bits do not depend on them
        pairs.push_back(
            {fmt::format("{}.{}", name, key), {part(here, key.c_str()), part(there, key.c_str())}});
    };
    for (const auto& [key, value] : here.items()) add(key);
    for (const auto& [key, value] : there.items())
      if (part(here, key.c_str()).is_null()) add(key);
  }
  const auto text = [](const Json& value) {
    return value.is_null() ? "not set" : value.dump(-1, ' ', false, Json::error_handler_t::replace);
  };
  for (const auto& [name, values] : pairs)
    if (const auto& [here, there] = values; here != there)
      return fmt::format("{} is {} there and {} here", name, text(there), text(here));
  return "";
}

bool same_recipe(const Json& config, const Json& other) { return difference(config, other).empty(); }

}  // namespace norma
