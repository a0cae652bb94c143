#include "apps/run/run_config.h"

#include <nlohmann/json.hpp>

#include "apps/run/json_lines.h"
#include "core/parallel.h"
#include "data/checksum.h"
#include "kernels/simd_target.h"
#include "optim/presets.h"

namespace norma {

using Json = nlohmann::ordered_json;
namespace {

// Tells images of the same number and name apart.
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
  return {{"program", program_for(*o.images.set).name},
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
          {"machine", {{"device", name(o.machine.device)}, {"threads", threads()}, {"simd", simd_target()}}}};
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

bool same_recipe(const Json& config, const Json& other) {
  for (const char* part : {"program", "data", "network", "training"})
    if (config.value(part, Json()) != other.value(part, Json())) return false;
  for (const char* key : {"device", "simd"})  // the bits depend on them, and not on the threads
    if (config.at("machine").at(key) != other.value("machine", Json::object()).value(key, Json()))
      return false;
  return true;
}

EpochResult result_of(const Json& metrics) {
  EpochResult r;
  metrics.at("epoch").get_to(r.epoch);
  metrics.at("lr").get_to(r.lr);
  const auto score = [&](const std::string& set) {
    return Score{metrics.at(set + "_loss"), metrics.at(set + "_accuracy")};
  };
  r.train = score("train");
  r.test = score("test");
  if (metrics.contains("validation_loss")) r.validation = score("validation");
  metrics.at("seconds").get_to(r.seconds);
  metrics.at("images_per_second").get_to(r.images_per_second);
  return r;
}

std::vector<EpochResult> read_metrics(const std::filesystem::path& file) {
  return read_json_lines(file, result_of);
}

}  // namespace norma
