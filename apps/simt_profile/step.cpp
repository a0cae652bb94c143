#include "apps/simt_profile/step.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/simt_profile/report.h"
#include "core/random.h"
#include "kernels/simt/code_names.h"
#include "optim/presets.h"
#include "optim/trainer.h"

namespace norma {
namespace {

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

std::string extent_of(const std::array<unsigned, 3>& size) { return extent({size[0], size[1], size[2]}); }

const char* name(DeviceWork::Kind kind) {
  switch (kind) {
    case DeviceWork::Kind::kernel:
      return "kernel";
    case DeviceWork::Kind::copy_within:
      return "copy on the device";
    case DeviceWork::Kind::copy_in:
      return "copy to the device";
    case DeviceWork::Kind::copy_out:
      return "copy to the host";
    case DeviceWork::Kind::clear:
      return "clear";
  }
  return "";
}

}  // namespace

Record record_step(const StepChoice& choice) {
  const Preset& preset = find_preset(choice.preset);
  const Norm norm = choice.norm.value_or(preset.rows.front().norm);
  Recipe recipe = preset.recipe(norm);
  recipe.batch_size = choice.batch.value_or(recipe.batch_size);
  manual_seed(1);
  const auto network = preset.network(
      {.norm = norm, .groups = choice.groups, .classes = std::max<std::int64_t>(preset.data->classes, 2)});
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

std::string step_text(const StepChoice& choice, const Record& step) {
  std::vector<std::uintptr_t> functions;
  for (const RecordedWork& of : step.work)
    functions.push_back(reinterpret_cast<std::uintptr_t>(of.work.function));
  const auto names = code_names(functions);
  std::string text = fmt::format("{:>4}  {:<34} {:<34} {:>18} {:>9} {:>8}\n", "", "operation", "kernel",
                                 "blocks × threads", "MB", "GFLOP");
  std::size_t number = 0;
  for (const RecordedWork& of : step.work) {
    const bool kernel = of.work.kind == DeviceWork::Kind::kernel;
    const std::string what =
        kernel ? short_function(names.at(reinterpret_cast<std::uintptr_t>(of.work.function)).function)
               : name(of.work.kind);
    const std::string size = kernel ? extent_of(of.work.grid) + " × " + extent_of(of.work.block) : "";
    text += fmt::format("{:>4}  {:<34} {:<34} {:>18} {:>9.3f} {:>8.3f}\n", ++number, of.operation, what, size,
                        of.bytes / 1e6, of.flops / 1e9);
  }
  return text +
         fmt::format(
             "\nstep of {}: {} kernels, {:.1f} MB; copies: {} to the device, {} on it, {} to the host; {} "
             "clears; {} allocations\n",
             choice.preset, step.kernels, step.bytes / 1e6, step.copies_in, step.copies_within,
             step.copies_out, step.clears, step.allocations);
}

}  // namespace norma
