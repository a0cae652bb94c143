// Flags that several programs take, declared and checked once.
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
  const KnownDataSet* set = nullptr;  ///< --data-set; nullptr for the program's, the preset's or the model's
  std::optional<Labels> labels;       ///< --labels; else fine, or the model's
  std::string data;                   ///< a folder, "synthetic", or empty for the default places
  std::string mirror;                 ///< a URL, or empty for the known ones
};

struct MachineOptions {
  int threads = 0;   ///< 0: all cores
  std::string simd;  ///< empty: the processor's best instruction set
  Device device = unavailable_because(Device::cuda).empty() ? Device::cuda : Device::cpu;
};

/// --data-set and --labels
const std::vector<Flag<ImageSource>>& data_set_flags();
/// --data and --mirror
const std::vector<Flag<ImageSource>>& data_flags();
/// --threads, --simd and --device
const std::vector<Flag<MachineOptions>>& machine_flags();

/// Sets threads and instruction set. Throws, saying why, where the device cannot be used.
void use_machine(const MachineOptions& machine);

}  // namespace norma
