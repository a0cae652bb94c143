// Devices. Norma has up to four executors of every operation, and a tensor's device names the one that works
// on it: the column of kernels/table.h in which its kernels stand.
#pragma once

#include <array>

namespace norma {

enum class Device {
  reference,  ///< naive loops in double on the CPU: the definition
  cpu,        ///< vectorised and threaded
  simt,       ///< the CUDA sources, run on the CPU
  cuda,       ///< an NVIDIA GPU
};

inline constexpr std::array all_devices = {Device::reference, Device::cpu, Device::simt, Device::cuda};

constexpr const char* name(Device device) {
  constexpr std::array names = {"reference", "cpu", "simt", "cuda"};
  return names[static_cast<std::size_t>(device)];
}

}  // namespace norma
