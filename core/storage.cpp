#include "core/storage.h"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "core/cuda_runtime.h"
#include "core/device_graph.h"
#include "core/device_memory.h"
#include "core/error.h"
#include "core/parallel.h"

namespace norma {
namespace {

// The sanitizers must see every block die, or they would miss a use of freed memory.
#if defined(__SANITIZE_ADDRESS__)
#define NORMA_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)  // Clang's way to say it
#define NORMA_ADDRESS_SANITIZER
#endif
#endif
#ifdef NORMA_ADDRESS_SANITIZER
constexpr bool reuse = false;
#else
constexpr bool reuse = true;
#endif

// Blocks of each size that this thread holds and took inside loops. Every other thread of the loop may want
// as many at the same time, so the pool makes that many for each thread.
thread_local std::map<std::size_t, int> held;

}  // namespace

struct StorageArena::Blocks {
  std::map<std::size_t, std::vector<void*>> free;
  bool closed = false;
  const void* stream = nullptr;
};

namespace {

// The arena that this thread's blocks of a device come from, if any.
struct OpenArena {
  Device device;
  std::shared_ptr<StorageArena::Blocks> blocks;
};
thread_local OpenArena open_arena = {Device::cpu, nullptr};

class Pool {
 public:
  explicit Pool(Device device) : device_(device) {}

  /// For an arena: a block of its own, or one of the pool's that it keeps.
  void* take_for(const std::shared_ptr<StorageArena::Blocks>& arena, std::size_t bytes, const void* stream) {
    {
      const std::lock_guard lock(mutex_);
      if (auto& free = arena->free[bytes]; !free.empty()) {
        void* block = free.back();
        free.pop_back();
        count_taken(bytes);
        return block;
      }
    }
    void* block = take(bytes, 0, stream);
    const std::lock_guard lock(mutex_);
    owners_[block] = arena;
    return block;
  }

  void close(StorageArena::Blocks& arena) {
    const std::lock_guard lock(mutex_);
    arena.closed = true;
    for (auto& [bytes, blocks] : arena.free)
      for (void* block : blocks) {
        owners_.erase(block);
        Blocks& of_pool = blocks_[{arena.stream, false, bytes}];
        if (reuse)
          of_pool.free.push_back(block);
        else
          --of_pool.made, statistics_.cached -= bytes, system_free(device_, block);
      }
    arena.free.clear();
  }

  /// `at_once`: pieces_at_once().
  void* take(std::size_t bytes, int at_once, const void* stream) {
    const std::lock_guard lock(mutex_);
    Blocks& blocks = blocks_[{stream, at_once > 0, bytes}];
    std::size_t wanted = blocks.made + blocks.free.empty();
    const bool plan = reuse && at_once > 0;
    if (plan) wanted = std::max(wanted, static_cast<std::size_t>((held[bytes] + 1) * at_once));
    while (blocks.made < wanted) make(blocks, bytes);
    if (plan) ++held[bytes];
    void* block = blocks.free.back();
    blocks.free.pop_back();
    count_taken(bytes);
    return block;
  }

  void give_back(void* block, std::size_t bytes, bool in_piece, const void* stream) {
    const std::lock_guard lock(mutex_);
    Blocks& blocks = blocks_[{stream, in_piece, bytes}];
    statistics_.in_use -= bytes;
    if (const auto owner = owners_.find(block); owner != owners_.end()) {
      if (!owner->second->closed) {
        owner->second->free[bytes].push_back(block);
        statistics_.cached += bytes;
        return;
      }
      owners_.erase(owner);
    }
    if (!reuse) return --blocks.made, system_free(device_, block);
    if (in_piece) --held[bytes];
    blocks.free.push_back(block);
    statistics_.cached += bytes;
  }

  void limit(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    limit_ = bytes;
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

  void count_taken(std::size_t bytes) {
    statistics_.cached -= bytes;
    statistics_.in_use += bytes;
    statistics_.peak = std::max(statistics_.peak, statistics_.in_use);
  }

  void make(Blocks& blocks, std::size_t bytes) {
    blocks.free.reserve(blocks.made + 1);
    blocks.free.push_back(fresh(bytes));
    ++blocks.made;
    statistics_.cached += bytes;
  }

  void* fresh(std::size_t bytes) {
    if (reuse && DeviceGraph::recording() && !on_host(device_))
      fail("a graph cannot be recorded that asks the system for memory ({} bytes): run the work once before",
           bytes);
    ++statistics_.system_calls;
    void* block = ask_system(bytes);
    if (block == nullptr && statistics_.cached > 0) {  // free blocks of other sizes
      for (auto& [key, blocks] : blocks_) {
        for (void* unused : blocks.free) system_free(device_, unused);
        blocks.made -= blocks.free.size();
        blocks.free.clear();
      }
      statistics_.cached = 0;
      block = ask_system(bytes);
    }
    if (block == nullptr) throw OutOfMemory("no memory");  // the caller says for what
    return block;
  }

  void* ask_system(std::size_t bytes) {
    const bool beyond = limit_ > 0 && statistics_.in_use + statistics_.cached + bytes > limit_;
    return beyond ? nullptr : system_allocate(device_, bytes);
  }

  const Device device_;
  std::mutex mutex_;
  std::map<std::tuple<const void*, bool, std::size_t>, Blocks> blocks_;  // stream, in a piece of a loop, size
  std::unordered_map<void*, std::shared_ptr<StorageArena::Blocks>> owners_;  // of blocks that an arena keeps
  MemoryStatistics statistics_;
  std::size_t limit_ = 0;  // 0: none
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
  if (device == Device::cuda) stream_ = cuda_runtime::stream();
  const OpenArena& arena = open_arena;
  try {
    data_ = arena.blocks != nullptr && arena.device == device && !in_piece_
                ? pool(device).take_for(arena.blocks, bytes_, stream_)
                : pool(device).take(bytes_, pieces_at_once(), stream_);
  } catch (const OutOfMemory&) {
    throw OutOfMemory(no_memory_for("an array", bytes_, device));
  }
}

Storage::Storage(void* data, std::size_t bytes, std::shared_ptr<void> owner)
    : device_(Device::cpu), in_piece_(false), bytes_(bytes), data_(data), owner_(std::move(owner)) {}

Storage::~Storage() {
  if (owner_ == nullptr) pool(device_).give_back(data_, bytes_, in_piece_, stream_);
}

StorageArena::StorageArena(Device device) : device_(device), blocks_(std::make_shared<Blocks>()) {}
StorageArena::~StorageArena() { pool(device_).close(*blocks_); }
void StorageArena::begin() {
  blocks_->stream = device_ == Device::cuda ? cuda_runtime::stream() : nullptr;
  open_arena = {device_, blocks_};
}
void StorageArena::end() { open_arena = {device_, nullptr}; }

MemoryStatistics memory_statistics(Device device) { return pool(device).statistics(); }

void limit_memory(Device device, std::size_t bytes) { pool(device).limit(bytes); }

std::string no_memory_for(const std::string& what, std::size_t bytes, Device device) {
  const auto megabytes = [](std::size_t n) { return static_cast<double>(n) / 1e6; };
  return fmt::format("{} has no memory left for {} of {:.1f} MB: {:.1f} MB are in use", name(device), what,
                     megabytes(bytes), megabytes(memory_statistics(device).in_use));
}

}  // namespace norma
