// Storage: a block of a device's memory that tensors share. Blocks come from a pool that keeps what is given
// back, so that a training loop, which asks for the same sizes at every step, asks the system in the first
// step only.
//
// A GPU may still work on a block that is given back. Nothing has to wait for it: kernels of a thread run in
// the order in which they were launched, so that the next owner's kernels come after those of the last one.
// On cuda a block therefore goes only to the thread that took it: each has its own stream.
//
// Blocks taken inside a parallel loop (a kernel's scratch) are kept apart, as many of each size as the
// threads of the loop can want at the same time. Otherwise the number of blocks would depend on which pieces
// happened to overlap in the first step, and a later step might ask the system again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/device.h"

namespace norma {

class Storage {
 public:
  /// At least `bytes` bytes, 64-byte aligned, not initialised. Throws if the device is not available, and
  /// OutOfMemory if it has no more memory.
  explicit Storage(std::size_t bytes, Device device = Device::cpu);
  /// Memory of the CPU that belongs to `owner`, which is released with this storage.
  Storage(void* data, std::size_t bytes, std::shared_ptr<void> owner);
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  void* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  Device device() const { return device_; }

 private:
  Device device_;
  const void* stream_ = nullptr;  // of the thread that took it, on cuda
  bool in_piece_;                 // taken inside a parallel loop, and given back there
  std::size_t bytes_;
  void* data_;
  std::shared_ptr<void> owner_;  // of memory that is not the pool's
};

/// Keeps the blocks that a thread takes between begin() and end() for the arena: when they are given
/// back, only a later begin() … end() of the same arena gets them. Its destructor returns them to the
/// pool, those that are still in use when they are given back.
class StorageArena {
 public:
  explicit StorageArena(Device device);
  ~StorageArena();
  StorageArena(const StorageArena&) = delete;
  StorageArena& operator=(const StorageArena&) = delete;
  void begin();
  void end();

  struct Blocks;

 private:
  Device device_;
  std::shared_ptr<Blocks> blocks_;
};

/// Statistics of a device's pool since the process began, in bytes and calls.
struct MemoryStatistics {
  std::size_t in_use = 0;          ///< bytes held by live storages
  std::size_t peak = 0;            ///< the most `in_use` has been
  std::size_t cached = 0;          ///< bytes kept for reuse
  std::uint64_t system_calls = 0;  ///< how often the system was asked for memory
};
/// reference and cpu share a pool.
MemoryStatistics memory_statistics(Device device = Device::cpu);
/// From now on, more than so many bytes, in use or kept for reuse, count as out of memory; 0: no limit.
void limit_memory(Device device, std::size_t bytes);
/// "cpu has no memory left for WHAT of 16.8 MB: 1203.5 MB are in use", for an OutOfMemory.
std::string no_memory_for(const std::string& what, std::size_t bytes, Device device);

}  // namespace norma
