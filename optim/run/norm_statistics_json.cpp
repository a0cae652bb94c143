#include "optim/run/norm_statistics_json.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "optim/recipe.h"

namespace norma {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const ImageStatistics& s) {
  return {{"mean", s.mean},
          {"variance", s.variance},
          {"channel_spread", s.channel_spread},
          {"image_spread", s.image_spread}};
}

constexpr std::int64_t many = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t longest_name = 1000, most_layers = 1000;
// The variance of float32 numbers is smaller, and charts can draw it.
constexpr double largest = 1e100;

// JSON has no infinity and no NaN: they were written as null.
ImageStatistics image_statistics_from(const JsonLine& fields) {
  const auto number = [&](const char* key) { return fields.number_or_nan(key, -largest, largest); };
  return {number("mean"), number("variance"), number("channel_spread"), number("image_spread")};
}

LayerStatistics layer_from(const JsonLine& fields) {
  LayerStatistics layer{fields.text("layer", longest_name),
                        fields.text("type", longest_name),
                        image_statistics_from(fields.object("x")),
                        {},
                        {}};
  if (fields.has("y")) layer.y = image_statistics_from(fields.object("y"));
  for (const JsonLine& p : fields.objects("parameters", most_layers))
    layer.parameters.push_back({p.text("name", longest_name), p.number_or_nan("length", -largest, largest),
                                p.number_or_nan("gradient", -largest, largest)});
  return layer;
}

}  // namespace

Json json_of(const NormStatistics& statistics) {
  Json layers = Json::array();
  for (const LayerStatistics& layer : statistics.layers) {
    Json parameters = Json::array();
    for (const ParameterStatistics& p : layer.parameters)
      parameters.push_back({{"name", p.name}, {"length", p.length}, {"gradient", p.gradient}});
    layers.push_back({{"layer", layer.layer},
                      {"type", layer.type},
                      {"x", json_of(layer.x)},
                      {"y", layer.y ? json_of(*layer.y) : Json(nullptr)},
                      {"parameters", parameters}});
  }
  return {{"epoch", statistics.epoch}, {"images", statistics.images}, {"layers", layers}};
}

NormStatistics norm_statistics_from(const JsonLine& line) {
  NormStatistics result{
      static_cast<int>(line.whole("epoch", 0, most_epochs)), line.whole("images", 0, many), {}};
  for (const JsonLine& layer : line.objects("layers", most_layers))
    result.layers.push_back(layer_from(layer));
  return result;
}

}  // namespace norma
