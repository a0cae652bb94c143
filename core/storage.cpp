#include "core/storage.h"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <new>
#include <vector>

#include "core/device_memory.h"

namespace norma {
namespace {

// The sanitizers must see every block die, or they would miss a use of freed memory.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool reuse = false;
#else
constexpr bool reuse = true;
#endif

class Pool {
 public:
  explicit Pool(Device device) : device_(device) {}

  void* take(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    void* block = cached(bytes);
    if (block == nullptr) block = fresh(bytes);
    statistics_.in_use += bytes;
    statistics_.peak = std::max(statistics_.peak, statistics_.in_use);
    return block;
  }

  void give_back(void* block, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    statistics_.in_use -= bytes;
    if (!reuse) return system_free(device_, block);
    free_[bytes].push_back(block);
    statistics_.cached += bytes;
  }

  MemoryStatistics statistics() {
    const std::lock_guard lock(mutex_);
    return statistics_;
  }

 private:
  void* cached(std::size_t bytes) {
    const auto found = free_.find(bytes);
    if (found == free_.end() || found->second.empty()) return nullptr;
    void* block = found->second.back();
    found->second.pop_back();
    statistics_.cached -= bytes;
    return block;
  }

  void* fresh(std::size_t bytes) {
    ++statistics_.system_calls;
    void* block = system_allocate(device_, bytes);
    if (block == nullptr && statistics_.cached > 0) {  // other sizes may be lying about
      for (auto& [size, blocks] : free_)
        for (void* unused : blocks) system_free(device_, unused);
      free_.clear();
      statistics_.cached = 0;
      block = system_allocate(device_, bytes);
    }
    if (block == nullptr) throw std::bad_alloc();
    return block;
  }

  const Device device_;
  std::mutex mutex_;
  std::map<std::size_t, std::vector<void*>> free_;  // by size
  MemoryStatistics statistics_;
};

Pool& pool(Device device) {
  // They outlive every static tensor.
  static const std::array pools = {new Pool(Device::cpu), new Pool(Device::simt), new Pool(Device::cuda)};
  return *pools[device == Device::cuda ? 2 : device == Device::simt ? 1 : 0];
}

}  // namespace

Storage::Storage(std::size_t bytes, Device device)
    : device_(device), bytes_((std::max<std::size_t>(bytes, 1) + 63) / 64 * 64) {
  require_available(device);
  data_ = pool(device).take(bytes_);
}

Storage::~Storage() { pool(device_).give_back(data_, bytes_); }

MemoryStatistics memory_statistics(Device device) { return pool(device).statistics(); }

}  // namespace norma
