#include "core/storage.h"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <new>
#include <vector>

#include "core/device_memory.h"
#include "core/parallel.h"

namespace norma {
namespace {

// The sanitizers must see every block die, or they would miss a use of freed memory.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool reuse = false;
#else
constexpr bool reuse = true;
#endif

// Blocks of each size that this thread holds and took inside loops. Every other thread of the loop may want
// as many at the same time, so the pool makes that many for each thread.
thread_local std::map<std::size_t, int> held;

class Pool {
 public:
  explicit Pool(Device device) : device_(device) {}

  /// `at_once`: pieces_at_once().
  void* take(std::size_t bytes, int at_once) {
    const std::lock_guard lock(mutex_);
    Blocks& blocks = blocks_[{at_once > 0, bytes}];
    std::size_t wanted = blocks.made + blocks.free.empty();
    const bool plan = reuse && at_once > 0;
    if (plan) wanted = std::max(wanted, static_cast<std::size_t>((held[bytes] + 1) * at_once));
    while (blocks.made < wanted) make(blocks, bytes);
    if (plan) ++held[bytes];
    void* block = blocks.free.back();
    blocks.free.pop_back();
    statistics_.cached -= bytes;
    statistics_.in_use += bytes;
    statistics_.peak = std::max(statistics_.peak, statistics_.in_use);
    return block;
  }

  void give_back(void* block, std::size_t bytes, bool in_piece) {
    const std::lock_guard lock(mutex_);
    Blocks& blocks = blocks_[{in_piece, bytes}];
    statistics_.in_use -= bytes;
    if (!reuse) return --blocks.made, system_free(device_, block);
    if (in_piece) --held[bytes];
    blocks.free.push_back(block);
    statistics_.cached += bytes;
  }

  MemoryStatistics statistics() {
    const std::lock_guard lock(mutex_);
    return statistics_;
  }

 private:
  struct Blocks {
    std::vector<void*> free;
    std::size_t made = 0;  // free or in use
  };

  void make(Blocks& blocks, std::size_t bytes) {
    blocks.free.reserve(blocks.made + 1);
    blocks.free.push_back(fresh(bytes));
    ++blocks.made;
    statistics_.cached += bytes;
  }

  void* fresh(std::size_t bytes) {
    ++statistics_.system_calls;
    void* block = system_allocate(device_, bytes);
    if (block == nullptr && statistics_.cached > 0) {  // free blocks of other sizes
      for (auto& [key, blocks] : blocks_) {
        for (void* unused : blocks.free) system_free(device_, unused);
        blocks.made -= blocks.free.size();
        blocks.free.clear();
      }
      statistics_.cached = 0;
      block = system_allocate(device_, bytes);
    }
    if (block == nullptr) throw std::bad_alloc();
    return block;
  }

  const Device device_;
  std::mutex mutex_;
  std::map<std::pair<bool, std::size_t>, Blocks> blocks_;  // in pieces of loops or not, by size
  MemoryStatistics statistics_;
};

Pool& pool(Device device) {
  // They outlive every static tensor.
  static const std::array pools = {new Pool(Device::cpu), new Pool(Device::simt), new Pool(Device::cuda)};
  return *pools[device == Device::cuda ? 2 : device == Device::simt ? 1 : 0];
}

}  // namespace

Storage::Storage(std::size_t bytes, Device device)
    : device_(device),
      in_piece_(pieces_at_once() > 0),
      bytes_((std::max<std::size_t>(bytes, 1) + 63) / 64 * 64) {
  require_available(device);
  data_ = pool(device).take(bytes_, pieces_at_once());
}

Storage::~Storage() { pool(device_).give_back(data_, bytes_, in_piece_); }

MemoryStatistics memory_statistics(Device device) { return pool(device).statistics(); }

}  // namespace norma
