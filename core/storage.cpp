#include "core/storage.h"

#ifdef __linux__
#include <sys/mman.h>
#endif

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <new>
#include <vector>

namespace norma {
namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;

// The sanitizers must see every block die, or they would miss a use of freed memory.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool reuse = false;
#else
constexpr bool reuse = true;
#endif

class Pool {
 public:
  void* take(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    statistics_.in_use += bytes;
    statistics_.peak = std::max(statistics_.peak, statistics_.in_use);
    if (auto found = free_.find(bytes); found != free_.end() && !found->second.empty()) {
      void* block = found->second.back();
      found->second.pop_back();
      statistics_.cached -= bytes;
      return block;
    }
    ++statistics_.system_calls;
    const std::size_t alignment = bytes >= huge_page ? huge_page : 64;
    void* block = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (block == nullptr) throw std::bad_alloc();
#ifdef __linux__
    if (bytes >= huge_page)
      madvise(block, bytes, MADV_HUGEPAGE);  // fewer page faults; harmless where refused
#endif
    return block;
  }

  void give_back(void* block, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    statistics_.in_use -= bytes;
    if (!reuse) return std::free(block);
    free_[bytes].push_back(block);
    statistics_.cached += bytes;
  }

  MemoryStatistics statistics() {
    const std::lock_guard lock(mutex_);
    return statistics_;
  }

 private:
  std::mutex mutex_;
  std::map<std::size_t, std::vector<void*>> free_;  // by size
  MemoryStatistics statistics_;
};

Pool& pool() {
  static Pool* const instance = new Pool;  // outlives every static tensor
  return *instance;
}

}  // namespace

Storage::Storage(std::size_t bytes)
    : bytes_((std::max<std::size_t>(bytes, 1) + 63) / 64 * 64), data_(pool().take(bytes_)) {}

Storage::~Storage() { pool().give_back(data_, bytes_); }

MemoryStatistics memory_statistics() { return pool().statistics(); }

}  // namespace norma
