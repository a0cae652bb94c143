#include "apps/simt_profile/step.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/random.h"
#include "kernels/measure/example_profile.h"
#include "kernels/simt/code_names.h"
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

std::string blocks_and_threads(const DeviceWork& work) {
  return work.kind == DeviceWork::Kind::kernel ? extent_of(work.grid) + " × " + extent_of(work.block) : "";
}

std::string count_table(const Record& step, const std::vector<std::string>& kernels) {
  std::string text = fmt::format("{:>4}  {:<34} {:<34} {:>18} {:>9} {:>8}\n", "", "operation", "kernel",
                                 "blocks × threads", "MB", "GFLOP");
  for (std::size_t i = 0; i < step.work.size(); ++i) {
    const RecordedWork& of = step.work[i];
    text += fmt::format("{:>4}  {:<34} {:<34} {:>18} {:>9.3f} {:>8.3f}\n", i + 1, of.operation,
                        kernels[i].empty() ? name(of.work.kind) : kernels[i], blocks_and_threads(of.work),
                        of.bytes / 1e6, of.flops / 1e9);
  }
  return text;
}

std::string model_table(const StepChoice& choice, const Record& step, const std::vector<std::string>& kernels,
                        const std::vector<ModelledLaunch>& launches) {
  std::string text = fmt::format(
      "model, not measured: {}\n\n{:>4}  {:<34} {:<34} {:>18} {:>6} {:>8} {:>8} "
      "{:>8} {:>7}  {}\n",
      choice.gpu->title, "", "operation", "kernel", "blocks × threads", "waves", "DRAM MB", "L2 MB", "GFLOP",
      "µs", "bound by");
  for (std::size_t i = 0; i < step.work.size(); ++i) {
    const RecordedWork& of = step.work[i];
    const ModelledLaunch& launch = launches[i];
    const std::string kernel = kernels[i].empty() ? name(of.work.kind) : kernels[i];
    text += fmt::format(
        "{:>4}  {:<34.34} {:<34.34} {:>18} {:>6.2f} {:>8.3f} {:>8.3f} {:>8.3f} {:>7.1f}  {}\n", i + 1,
        of.operation, kernel, blocks_and_threads(of.work), launch.waves, launch.dram_bytes / 1e6,
        launch.l2_bytes / 1e6, of.flops / 1e9, 1e6 * launch.seconds, launch.bound);
  }
  return text;
}

std::string model_totals(const StepChoice& choice, const std::vector<ModelledLaunch>& launches) {
  double seconds = 0, dram = 0;
  std::map<std::string, double> by_bound;
  for (const ModelledLaunch& launch : launches) {
    seconds += launch.seconds;
    dram += launch.dram_bytes;
    by_bound[launch.bound] += launch.seconds;
  }
  std::string text = fmt::format("model of {}: {:.0f} µs per step, {:.0f} MB of it from DRAM; bound by",
                                 choice.gpu->title, 1e6 * seconds, dram / 1e6);
  for (const auto& [bound, part] : by_bound) text += fmt::format(" {} {:.0f} µs,", bound, 1e6 * part);
  text.back() = '\n';
  const Preset& preset = find_preset(choice.preset);
  const std::int64_t batch = choice.batch.value_or(preset.recipe(norm_of(choice)).batch_size);
  const std::int64_t steps = (preset.data->train_images + batch - 1) / batch;
  return text + fmt::format("model of {}: {:.2f} s for 20 epochs of {} steps, without evaluation\n",
                            choice.gpu->title, 20 * seconds * static_cast<double>(steps), steps);
}

}  // namespace

Record record_step(const StepChoice& choice) {
  const Preset& preset = find_preset(choice.preset);
  const Norm norm = norm_of(choice);
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

std::vector<std::string> kernel_names(const Record& step) {
  std::vector<std::uintptr_t> functions;
  for (const RecordedWork& of : step.work)
    functions.push_back(reinterpret_cast<std::uintptr_t>(of.work.function));
  const auto names = code_names(functions);
  std::vector<std::string> kernels;
  for (const std::uintptr_t function : functions)
    kernels.push_back(function == 0 ? "" : short_function(names.at(function).function));
  return kernels;
}

std::string step_text(const StepChoice& choice, const Record& step) {
  const std::vector<std::string> kernels = kernel_names(step);
  const std::string totals = fmt::format(
      "\nstep of {}: {} kernels, {:.1f} MB; copies: {} to the device, {} on it, {} to the host; {} clears; "
      "{} "
      "allocations\n",
      choice.preset, step.kernels, step.bytes / 1e6, step.copies_in, step.copies_within, step.copies_out,
      step.clears, step.allocations);
  if (choice.gpu == nullptr) return count_table(step, kernels) + totals;
  const auto launches = model_step(*choice.gpu, step, kernels);
  return model_table(choice, step, kernels, launches) + totals + model_totals(choice, launches);
}

}  // namespace norma
