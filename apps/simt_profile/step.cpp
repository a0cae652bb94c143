#include "apps/simt_profile/step.h"

#include <fmt/format.h>

#include <map>

#include "kernels/measure/step_tables.h"
#include "optim/presets.h"

namespace norma {
namespace {

std::string model_totals(const StepChoice& choice, const Gpu& gpu,
                         const std::vector<ModelledLaunch>& launches) {
  double seconds = 0, dram = 0;
  std::map<std::string, double> by_bound;
  for (const ModelledLaunch& launch : launches) {
    seconds += launch.seconds;
    dram += launch.dram_bytes;
    by_bound[launch.bound] += launch.seconds;
  }
  std::string text = fmt::format("model of {}: {:.0f} µs per step, {:.0f} MB of it from DRAM; bound by",
                                 gpu.title, 1e6 * seconds, dram / 1e6);
  for (const auto& [bound, part] : by_bound) text += fmt::format(" {} {:.0f} µs,", bound, 1e6 * part);
  text.back() = '\n';
  const Preset& preset = find_preset(choice.preset);
  const std::int64_t batch = choice.batch_size();
  const std::int64_t steps = (preset.data->train_images + batch - 1) / batch;
  return text + fmt::format("model of {}: {:.2f} s for 20 epochs of {} steps, without evaluation\n",
                            gpu.title, 20 * seconds * static_cast<double>(steps), steps);
}

}  // namespace

std::string step_text(const StepChoice& choice, const Record& step, const Gpu* gpu) {
  const std::vector<std::string> kernels = kernel_names(step);
  const std::string totals = fmt::format(
      "\nstep of {}: {} kernels, {:.1f} MB; copies: {} to the device, {} on it, {} to the host; {} clears; "
      "{} "
      "allocations\n",
      choice.preset, step.kernels, step.bytes / 1e6, step.copies_in, step.copies_within, step.copies_out,
      step.clears, step.allocations);
  if (gpu == nullptr) return count_table(step, kernels) + totals;
  const auto launches = model_step(*gpu, step, kernels);
  return model_table(*gpu, step, kernels, launches) + totals + model_totals(choice, *gpu, launches);
}

}  // namespace norma
