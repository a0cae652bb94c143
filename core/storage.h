// Storage: a block of a device's memory that tensors share. Blocks come from a pool that keeps what is given
// back, so that a training loop, which asks for the same sizes at every step, asks the system in the first
// step only.
//
// A GPU may still work on a block that is given back. Nothing has to wait for it: kernels run in the order in
// which they were launched, so that the next owner's kernels come after those of the last one.
//
// Blocks taken inside a parallel loop (a kernel's scratch) are kept apart, as many of each size as the
// threads of the loop can want at the same time. Otherwise the number of blocks would depend on which pieces
// happened to overlap in the first step, and a later step might ask the system again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/device.h"

namespace norma {

class Storage {
 public:
  /// At least `bytes` bytes, 64-byte aligned, not initialised. Throws where the device is not available, and
  /// std::bad_alloc where it has no more memory.
  explicit Storage(std::size_t bytes, Device device = Device::cpu);
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  void* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  Device device() const { return device_; }

 private:
  Device device_;
  bool in_piece_;  // taken inside a parallel loop, and given back there
  std::size_t bytes_;
  void* data_;
};

/// What a device's pool has seen since the process began, in bytes and calls.
struct MemoryStatistics {
  std::size_t in_use = 0;          ///< bytes held by live storages
  std::size_t peak = 0;            ///< the most `in_use` has been
  std::size_t cached = 0;          ///< bytes kept for reuse
  std::uint64_t system_calls = 0;  ///< how often the system was asked for memory
};
/// reference and cpu share a pool.
MemoryStatistics memory_statistics(Device device = Device::cpu);

}  // namespace norma
