// Flags that several programs use, declared and checked once.
//
//   struct EvalOptions { ImageSource images; MachineOptions machine; … };
//   const auto flags = joined<EvalOptions>({of_part(data_flags(), &EvalOptions::images),
//                                           of_part(machine_flags(), &EvalOptions::machine), {…}});
#pragma once

#include <optional>
#include <string>

#include "apps/cli/flags.h"
#include "core/device.h"
#include "core/device_memory.h"
#include "data/known_data.h"

namespace norma {

/// Which images, and where they come from.
struct ImageSource {
  const KnownDataSet* set = nullptr;  ///< --data-set; nullptr: the set of the program, preset or model
  std::optional<Labels> labels;       ///< --labels; without it fine, or the labels of the model
  std::string data;                   ///< a folder, "synthetic", or empty for the default places
  std::string mirror;                 ///< a URL, or empty for the known ones
};

struct MachineOptions {
  int threads = 0;   ///< 0: all cores
  std::string simd;  ///< empty: the processor's best instruction set
  std::optional<Device> chosen_device;
  std::optional<int> gpu;  ///< of `cuda:N`; else core/cuda_runtime.h chooses

  /// The chosen one; without a choice cuda, if a GPU has run a kernel, else cpu.
  Device device() const;
};

/// --data-set and --labels
const std::vector<Flag<ImageSource>>& data_set_flags();
/// --data and --mirror
const std::vector<Flag<ImageSource>>& data_flags();
/// --threads, --simd and --device
const std::vector<Flag<MachineOptions>>& machine_flags();

/// "2 threads, AVX2", or "64 threads on 2 cores, AVX2": what runs; on cuda with the GPU, and where no device
/// is chosen and the machine has a GPU that Norma cannot use, with the reason.
std::string describe_machine(const MachineOptions& machine);

/// Sets threads and instruction set. Throws an error with the reason if the device cannot be used.
void use_machine(const MachineOptions& machine);

}  // namespace norma
