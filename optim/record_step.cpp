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

Dataset random_images(const Preset& preset, std::int64_t count, Device device) {
  const Shape& image = preset.data->image;
  const Tensor pixels = Tensor::empty({count, image[0], image[1], image[2]}, DType::uint8);
  const RandomSequence numbers{.seed = 1, .stream = 0};
  std::uint64_t i = 0;
  for (std::uint8_t& pixel : pixels.span<std::uint8_t>())
    pixel = static_cast<std::uint8_t>(numbers.word(i++));
  return {pixels.to(device), Tensor::zeros({count}, DType::int64, device)};
}

}  // namespace

std::int64_t StepChoice::batch_size() const {
  return batch.value_or(find_preset(preset).recipe(norm_of(*this)).batch_size);
}

std::unique_ptr<Trainer> example_training(const StepChoice& choice, Device device, std::int64_t steps) {
  const Preset& preset = find_preset(choice.preset);
  const Norm norm = norm_of(choice);
  Recipe recipe = preset.recipe(norm);
  recipe.batch_size = choice.batch_size();
  manual_seed(1);
  const auto network = preset.network({.norm = norm,
                                       .groups = choice.groups,
                                       .classes = std::max<std::int64_t>(preset.data->classes, 2),
                                       .precision = choice.precision});
  const auto channels = static_cast<std::size_t>(preset.data->image[0]);
  TrainingData data{random_images(preset, steps * recipe.batch_size, device),
                    random_images(preset, 1, device),
                    {},
                    {std::vector(channels, 0.5), std::vector(channels, 0.25)}};
  return std::make_unique<Trainer>(network, std::move(data), recipe);
}

Record record_step(const StepChoice& choice, bool graphs) {
  const auto trainer = example_training(choice, Device::simt, 4);
  trainer->use_graphs(graphs);
  Record steady;
  DryRun run;
  trainer->run_epoch([&](const StepReport& step) {
    if (step.step == 4) steady = run.record();
    run.clear();
    return step.step < 4;
  });
  return steady;
}

}  // namespace norma
