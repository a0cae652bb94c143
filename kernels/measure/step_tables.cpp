#include "kernels/measure/step_tables.h"

#include "core/error.h"
#include "kernels/measure/example_profile.h"
#include "kernels/simt/code_names.h"

namespace norma {
namespace {

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

}  // namespace

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

std::string model_table(const Gpu& gpu, const Record& step, const std::vector<std::string>& kernels,
                        const std::vector<ModelledLaunch>& launches) {
  std::string text = fmt::format(
      "model, not measured: {}\n\n{:>4}  {:<34} {:<34} {:>18} {:>6} {:>8} {:>8} "
      "{:>8} {:>7}  {}\n",
      gpu.title, "", "operation", "kernel", "blocks × threads", "waves", "DRAM MB", "L2 MB", "GFLOP", "µs",
      "bound by");
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

}  // namespace norma
