#include "optim/record_step.h"

#include <algorithm>

#include "core/random.h"
#include "optim/presets.h"
#include "optim/trainer.h"

namespace norma {
namespace {

Norm norm_of(const StepChoice& choice) {
  return choice.norm.value_or(find_preset(choice.preset).rows.front().norm);
}

// Four steps and a test image: the numbers of pixels and labels do not matter, for nothing is computed.
TrainingData images_for(const Preset& preset, std::int64_t batch) {
  const Shape& image = preset.data->image;
  const auto images = [&](std::int64_t count) {
    return Dataset{Tensor::zeros({count, image[0], image[1], image[2]}, DType::uint8, Device::simt),
                   Tensor::zeros({count}, DType::int64, Device::simt)};
  };
  const auto channels = static_cast<std::size_t>(image[0]);
  return {images(4 * batch), images(1), {}, {std::vector(channels, 0.5), std::vector(channels, 0.25)}};
}

}  // namespace

std::int64_t StepChoice::batch_size() const {
  return batch.value_or(find_preset(preset).recipe(norm_of(*this)).batch_size);
}

Record record_step(const StepChoice& choice) {
  const Preset& preset = find_preset(choice.preset);
  const Norm norm = norm_of(choice);
  Recipe recipe = preset.recipe(norm);
  recipe.batch_size = choice.batch_size();
  manual_seed(1);
  const auto network = preset.network({.norm = norm,
                                       .groups = choice.groups,
                                       .classes = std::max<std::int64_t>(preset.data->classes, 2),
                                       .precision = choice.precision});
  Trainer trainer(network, images_for(preset, recipe.batch_size), recipe);
  Record steady;
  DryRun run;
  trainer.run_epoch([&](const StepReport& step) {
    if (step.step == 4) steady = run.record();
    run.clear();
    return step.step < 4;
  });
  return steady;
}

}  // namespace norma
