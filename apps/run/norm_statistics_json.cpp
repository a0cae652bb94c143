#include "apps/run/norm_statistics_json.h"

#include <limits>
#include <nlohmann/json.hpp>

namespace norma {
namespace {

using Json = nlohmann::ordered_json;

// JSON knows no infinity: what is not finite was written as null.
double number_from(const Json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

Json json_of(const ImageStatistics& s) {
  return {{"mean", s.mean},
          {"variance", s.variance},
          {"channel_spread", s.channel_spread},
          {"image_spread", s.image_spread}};
}

ImageStatistics image_statistics_from(const Json& j) {
  return {number_from(j.at("mean")), number_from(j.at("variance")), number_from(j.at("channel_spread")),
          number_from(j.at("image_spread"))};
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

NormStatistics norm_statistics_from(const Json& line) {
  NormStatistics result{line.at("epoch"), line.at("images"), {}};
  for (const Json& j : line.at("layers")) {
    LayerStatistics layer{j.at("layer"), j.at("type"), image_statistics_from(j.at("x")), {}, {}};
    if (!j.at("y").is_null()) layer.y = image_statistics_from(j.at("y"));
    for (const Json& p : j.at("parameters"))
      layer.parameters.push_back({p.at("name"), number_from(p.at("length")), number_from(p.at("gradient"))});
    result.layers.push_back(std::move(layer));
  }
  return result;
}

}  // namespace norma
