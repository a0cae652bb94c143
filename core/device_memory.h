// Device memory: the CPU reads and writes tensors of `reference` and `cpu` directly. Those of `simt` and
// `cuda` are behind a bus, and only the functions here copy data across it.
//
//      CPU             bus        GPU (cuda), or the CPU in the role of a GPU (simt)
//   Tensor on cpu  ──── copy ───▶  Tensor on cuda or simt  ◀──▶  kernels
//                  ◀─── copy ────
//
// simt has the same rules, although its memory belongs to the CPU: its pages can be read and written only
// while a kernel runs or a copy is made. So code that touches numbers of the wrong memory crashes on every
// machine, in every test, and not only on a machine with a GPU. (Under AddressSanitizer, which watches every
// block by itself, the pages stay open.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/device.h"

namespace norma {

/// True where the CPU may touch a tensor's numbers itself.
constexpr bool on_host(Device device) { return device == Device::reference || device == Device::cpu; }

/// Empty where the device can be used, else the reason as a clause: "no GPU answers (…)".
std::string unavailable_because(Device device);
/// Throws where the device cannot be used, with the reason.
void require_available(Device device);

/// Copies between two memories, or within one. Returns when `from` may be changed again; a copy to the CPU
/// waits for all kernels that were launched before it.
void copy_bytes(Device to_device, void* to, Device from_device, const void* from, std::size_t bytes);
/// Sets bytes to zero, after all kernels that were launched before.
void clear_bytes(Device device, void* to, std::size_t bytes);
/// Waits until every kernel launched so far has ended. Throws where one of them failed.
void synchronize(Device device);

/// The traffic on the bus of a device since the process began.
struct BusTraffic {
  std::uint64_t copies_in = 0, bytes_in = 0;    ///< to the device
  std::uint64_t copies_out = 0, bytes_out = 0;  ///< from the device to the CPU
};
BusTraffic bus_traffic(Device device);

/// Memory from the system, at least 64-byte aligned; Storage's pool asks for it and keeps what comes back.
/// nullptr where the system has no more.
void* system_allocate(Device device, std::size_t bytes);
void system_free(Device device, void* block);

/// While one lives, the memory of simt can be touched.
class SimtMemoryAccess {
 public:
  SimtMemoryAccess();
  ~SimtMemoryAccess();
  SimtMemoryAccess(const SimtMemoryAccess&) = delete;
  SimtMemoryAccess& operator=(const SimtMemoryAccess&) = delete;
};

}  // namespace norma
