// Flags that several programs take, declared and checked once.
//
//   struct EvalOptions { ImageSource images; MachineOptions machine; … };
//   const auto flags = joined<EvalOptions>({of_part(data_flags(), &EvalOptions::images),
//                                           of_part(machine_flags(), &EvalOptions::machine), {…}});
#pragma once

#include <string>

#include "apps/cli/flags.h"
#include "core/device.h"
#include "core/device_memory.h"

namespace norma {

/// Where images come from.
struct ImageSource {
  std::string data;    ///< a folder, "synthetic", or empty for the default places
  std::string mirror;  ///< a URL, or empty for the known ones
};

struct MachineOptions {
  int threads = 0;   ///< 0: all cores
  std::string simd;  ///< empty: the processor's best instruction set
  Device device = unavailable_because(Device::cuda).empty() ? Device::cuda : Device::cpu;
};

/// --data and --mirror
const std::vector<Flag<ImageSource>>& data_flags();
/// --threads, --simd and --device
const std::vector<Flag<MachineOptions>>& machine_flags();

/// Sets threads and instruction set. Throws, saying why, where the device cannot be used.
void use_machine(const MachineOptions& machine);

}  // namespace norma
