#include "apps/run/run_config.h"

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
  Json precision = nullptr;
  if (norm.precision != Precision::exact) precision = name(norm.precision);
  Json config = {{"program", program_for(*o.images.set).name},
                 {"version", NORMA_VERSION},
                 {"command", command},
                 {"data",
                  {{"name", images.name},
                   {"set", o.images.set->name},
                   {"labels", o.images.labels == Labels::coarse ? "coarse" : "fine"},
                   {"held_out", held_out},
                   {"synthetic", images.name == "synthetic"},
                   {"train_images", data.train.labels.numel()},
                   {"validation_images", data.validation ? data.validation->labels.numel() : 0},
                   {"test_images", data.test.labels.numel()},
                   {"crc32", checksum(images)},
                   {"classes", images.classes},
                   {"normalization_mean", data.normalization.mean},
                   {"normalization_std", data.normalization.std},
                   {"augment", to_string(o.recipe.augmentation)}}},
                 {"network",
                  {{"name", o.preset},
                   {"norm", name(norm.norm)},
                   {"groups", norm.groups ? Json(*norm.groups) : Json(nullptr)},
                   {"ghost", norm.ghost > 0 ? Json(norm.ghost) : Json(nullptr)},
                   {"standardize", norm.standardize ? Json(true) : Json(nullptr)},
                   {"precision", precision},
                   {"dropout", norm.dropout ? Json(*norm.dropout) : Json(nullptr)},
                   {"parameters", summary.parameters},
                   {"multiply_adds", summary.multiply_adds()}}},
                 {"training",
                  {{"epochs", r.epochs},
                   {"batch_size", r.batch_size},
                   {"optimizer", r.optimizer},
                   {"lr", r.lr},
                   {"momentum", r.scheduler.kind == "onecycle" ? Json("cycled from 0.95 to 0.85 and back")
                                                               : Json(r.momentum)},
                   {"nesterov", r.nesterov},
                   {"weight_decay", r.weight_decay},
                   {"l1", r.l1},
                   {"scheduler", to_string(r.scheduler)},
                   {"label_smoothing", r.label_smoothing},
                   {"ema", r.ema > 0 ? Json(r.ema) : Json(nullptr)},
                   {"seed", r.seed}}},
                 {"on_nan", r.on_nan},
                 {"machine",
                  {{"device", name(o.machine.device())},
                   {"processes", o.processes},
                   {"threads", threads()},
                   {"simd", simd_target()}}}};
  if (o.local_statistics.value_or(false))
    config["network"]["local_statistics"] = fmt::format("of each of {} processes", o.processes);
  return config;
}

}  // namespace norma
