// Storage: a block of memory that tensors share. Blocks come from a pool that keeps what is given back, so
// that a training loop, which asks for the same sizes at every step, stops asking the system after the first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace norma {

class Storage {
 public:
  /// At least `bytes` bytes, 64-byte aligned, not initialised.
  explicit Storage(std::size_t bytes);
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  void* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_;
  void* data_;
};

/// What the pool has seen since the process began, in bytes and calls.
struct MemoryStatistics {
  std::size_t in_use = 0;          ///< bytes held by live storages
  std::size_t peak = 0;            ///< the most `in_use` has been
  std::size_t cached = 0;          ///< bytes kept for reuse
  std::uint64_t system_calls = 0;  ///< how often the system was asked for memory
};
MemoryStatistics memory_statistics();

}  // namespace norma
