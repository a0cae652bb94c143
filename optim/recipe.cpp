#include "optim/recipe.h"

#include <fmt/ranges.h>

#include "core/error.h"

namespace norma {

const std::vector<std::string>& optimizer_kinds() {
  static const std::vector<std::string> kinds = {"sgd", "adam", "adamw"};
  return kinds;
}

const std::vector<std::string>& on_nan_kinds() {
  static const std::vector<std::string> kinds = {"stop", "skip", "continue"};
  return kinds;
}

const std::vector<std::string>& scheduler_kinds() {
  static const std::vector<std::string> kinds = {"none", "step", "cosine", "onecycle", "plateau"};
  return kinds;
}

std::unique_ptr<Optimizer> make_optimizer(const std::vector<Tensor>& parameters, const Recipe& r) {
  const AdamOptions adam{.lr = r.lr, .weight_decay = r.weight_decay};
  if (r.optimizer == "sgd")
    return std::make_unique<SGD>(
        parameters,
        SgdOptions{
            .lr = r.lr, .momentum = r.momentum, .weight_decay = r.weight_decay, .nesterov = r.nesterov});
  if (r.optimizer == "adam") return std::make_unique<Adam>(parameters, adam);
  if (r.optimizer == "adamw") return std::make_unique<AdamW>(parameters, adam);
  fail("no optimizer is called '{}'; a recipe takes {}", r.optimizer, fmt::join(optimizer_kinds(), ", "));
}

std::unique_ptr<Scheduler> make_scheduler(Optimizer& optimizer, const Recipe& r,
                                          std::int64_t steps_per_epoch) {
  const SchedulerChoice& choice = r.scheduler;
  if (choice.kind == "none") return nullptr;
  if (choice.kind == "step") return std::make_unique<StepLR>(optimizer, choice.step_size, choice.gamma);
  if (choice.kind == "cosine") return std::make_unique<CosineAnnealingLR>(optimizer, r.epochs);
  if (choice.kind == "onecycle")
    return std::make_unique<OneCycleLR>(
        optimizer, OneCycleOptions{.max_lr = r.lr, .total_steps = steps_per_epoch * r.epochs});
  if (choice.kind == "plateau")
    return std::make_unique<ReduceLROnPlateau>(
        optimizer, PlateauOptions{.factor = choice.gamma, .patience = choice.patience});
  fail("no scheduler is called '{}'; a recipe takes {}", choice.kind, fmt::join(scheduler_kinds(), ", "));
}

std::string to_string(const SchedulerChoice& choice) {
  if (choice.kind == "step") return fmt::format("step:{}:{}", choice.step_size, choice.gamma);
  if (choice.kind == "plateau") return fmt::format("plateau:{}:{}", choice.patience, choice.gamma);
  return choice.kind;
}

std::string to_string(const Augmentation& augmentation) {
  std::string text;
  const auto add = [&](const std::string& word) { text += (text.empty() ? "" : "+") + word; };
  if (augmentation.flip) add("flip");
  if (augmentation.crop > 0) add(augmentation.crop == 4 ? "crop" : fmt::format("crop:{}", augmentation.crop));
  if (augmentation.rotate > 0) add(fmt::format("rotate:{:g}", augmentation.rotate));
  return text.empty() ? "none" : text;
}

std::string to_string(const Recipe& r) {
  std::string text =
      fmt::format("batches of {}, {} lr {:g}{}, scheduler {}, augment {}", r.batch_size, r.optimizer, r.lr,
                  r.nesterov ? " nesterov" : "", to_string(r.scheduler), to_string(r.augmentation));
  if (r.weight_decay > 0) text += fmt::format(",\nweight decay {:g}", r.weight_decay);
  if (r.label_smoothing > 0) text += fmt::format(", label smoothing {:g}", r.label_smoothing);
  if (r.ema > 0) text += fmt::format(", weights averaged with decay {:g}", r.ema);
  if (r.l1 > 0) text += fmt::format(", L1 {:g}", r.l1);
  return text;
}

}  // namespace norma
