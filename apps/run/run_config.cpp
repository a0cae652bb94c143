#include "apps/run/run_config.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "apps/run/json_lines.h"
#include "core/parallel.h"
#include "data/checksum.h"
#include "kernels/simd_target.h"
#include "optim/presets.h"

namespace norma {

using Json = nlohmann::ordered_json;
namespace {

// Distinguishes image sets of the same name and size.
std::string checksum(const DataSplit& images) {
  std::uint32_t crc = 0;
  for (const Dataset* set : {&images.train, &images.test})
    for (const Tensor* tensor : {&set->images, &set->labels})
      crc = crc32(crc, {static_cast<const std::uint8_t*>(tensor->raw()), tensor->bytes()});
  return fmt::format("{:08x}", crc);
}

}  // namespace

Json config_of(const Options& o, const DataSplit& images, const TrainingData& data, const Summary& summary,
               const std::string& command) {
  const NetworkChoice& norm = o.network;
  const Recipe& r = o.recipe;
  Json held_out = nullptr;
  if (images.held_out) held_out = {{"share", images.held_out->share}, {"seed", images.held_out->seed}};
  return {
      {"program", program_for(*o.images.set).name},
      {"version", NORMA_VERSION},
      {"command", command},
      {"data",
       {{"name", images.name},
        {"set", o.images.set->name},
        {"labels", o.images.labels == Labels::coarse ? "coarse" : "fine"},
        {"held_out", held_out},
        {"synthetic", images.name == "synthetic"},
        {"crc32", checksum(images)},
        {"train_images", data.train.labels.numel()},
        {"validation_images", data.validation ? data.validation->labels.numel() : 0},
        {"test_images", data.test.labels.numel()},
        {"classes", images.classes},
        {"normalization_mean", data.normalization.mean},
        {"normalization_std", data.normalization.std},
        {"augment", to_string(o.recipe.augmentation)}}},
      {"network",
       {{"name", o.preset},
        {"norm", name(norm.norm)},
        {"groups", norm.groups ? Json(*norm.groups) : Json(nullptr)},
        {"dropout", norm.dropout ? Json(*norm.dropout) : Json(nullptr)},
        {"parameters", summary.parameters},
        {"multiply_adds", summary.multiply_adds()}}},
      {"training",
       {{"epochs", r.epochs},
        {"batch_size", r.batch_size},
        {"optimizer", r.optimizer},
        {"lr", r.lr},
        {"momentum",
         r.scheduler.kind == "onecycle" ? Json("cycled from 0.95 to 0.85 and back") : Json(r.momentum)},
        {"nesterov", r.nesterov},
        {"weight_decay", r.weight_decay},
        {"l1", r.l1},
        {"scheduler", to_string(r.scheduler)},
        {"label_smoothing", r.label_smoothing},
        {"seed", r.seed}}},
      {"on_nan", r.on_nan},
      {"machine", {{"device", name(o.machine.device())}, {"threads", threads()}, {"simd", simd_target()}}}};
}

Json metrics_of(const EpochResult& r, const std::string& data_name) {
  Json line = {{"epoch", r.epoch},           {"lr", r.lr},
               {"train_loss", r.train.loss}, {"train_accuracy", r.train.accuracy},
               {"test_loss", r.test.loss},   {"test_accuracy", r.test.accuracy},
               {"seconds", r.seconds},       {"images_per_second", r.images_per_second},
               {"data", data_name}};
  if (r.validation) {
    line["validation_loss"] = r.validation->loss;
    line["validation_accuracy"] = r.validation->accuracy;
  }
  return line;
}

std::string difference(const Json& config, const Json& other) {
  const auto part = [](const Json& whole, const char* name) {
    return whole.is_object() && whole.contains(name) ? whole[name] : Json();
  };
  std::vector<std::pair<std::string, std::pair<Json, Json>>> pairs;
  pairs.push_back({"program", {part(config, "program"), part(other, "program")}});
  for (const char* name : {"data", "network", "training", "machine"}) {
    const Json here = part(config, name), there = part(other, name);
    for (const auto& [key, value] : here.items())
      if (key != "threads")  // the bits do not depend on them
        pairs.push_back({fmt::format("{}.{}", name, key), {value, part(there, key.c_str())}});
  }
  for (const auto& [name, values] : pairs)
    if (const auto& [here, there] = values; here != there)
      return fmt::format("{} is {} there and {} here", name,
                         there.dump(-1, ' ', false, Json::error_handler_t::replace),
                         here.dump(-1, ' ', false, Json::error_handler_t::replace));
  return "";
}

bool same_recipe(const Json& config, const Json& other) { return difference(config, other).empty(); }

EpochResult result_of(const JsonLine& metrics) {
  constexpr double largest = 1e40;  // more than any float32, and charts can draw it
  EpochResult r;
  r.epoch = static_cast<int>(metrics.whole("epoch", 1, most_epochs));
  r.lr = metrics.number("lr", 0, std::numeric_limits<double>::max());
  const auto score = [&](const std::string& set) {
    return Score{
        metrics.number_or_nan((set + "_loss").c_str(), -largest, largest),  // NaN with --on-nan continue
        metrics.number((set + "_accuracy").c_str(), 0, 100)};
  };
  r.train = score("train");
  r.test = score("test");
  if (metrics.has("validation_loss")) r.validation = score("validation");
  r.seconds = metrics.number("seconds", 0, 1e9);
  if (metrics.has("images_per_second")) r.images_per_second = metrics.number("images_per_second", 0, 1e12);
  return r;
}

std::vector<EpochResult> read_metrics(const std::filesystem::path& file, std::size_t most) {
  return in_order(read_json_lines(file, most, result_of), 1, file);
}

}  // namespace norma
