#include "core/simt_memory.h"

#include <sys/mman.h>

#include <map>
#include <mutex>

#include "core/device_memory.h"
#include "core/error.h"
#include "core/host_memory.h"

namespace norma {

#ifdef __SANITIZE_ADDRESS__

namespace simt_memory {
void* allocate(std::size_t bytes) { return host_memory::allocate(bytes); }
void free(void* block) { host_memory::free(block); }
Block block_of(const void*) { return {}; }
}  // namespace simt_memory

SimtMemoryAccess::SimtMemoryAccess() = default;
SimtMemoryAccess::~SimtMemoryAccess() = default;

#else

namespace {

class Reservation {
 public:
  Reservation()
      : begin_(mmap(nullptr, reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
    if (begin_ == MAP_FAILED) fail("simt could not reserve addresses for its memory: is there a ulimit -v?");
  }

  void* cut(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    bytes = (bytes + alignment - 1) / alignment * alignment;
    if (bytes > reserved - used_) return nullptr;
    void* block = static_cast<char*>(begin_) + used_;
    blocks_[block] = bytes;
    used_ += bytes;
    if (users_ > 0) set_open();
    return block;
  }
  simt_memory::Block block_of(const void* address) {
    const std::lock_guard lock(mutex_);
    auto after = blocks_.upper_bound(address);
    if (after == blocks_.begin()) return {};
    const auto& [begin, bytes] = *--after;
    return static_cast<const char*>(address) < static_cast<const char*>(begin) + bytes
               ? simt_memory::Block{begin, bytes}
               : simt_memory::Block{};
  }
  void open() {
    const std::lock_guard lock(mutex_);
    if (users_++ == 0) set_open();
  }
  void close() {
    const std::lock_guard lock(mutex_);
    if (--users_ == 0) set_rights(PROT_NONE);  // if that fails, it only stays open
  }

 private:
  static constexpr std::size_t reserved = std::size_t{1} << 38, alignment = 256;

  bool set_rights(int rights) const { return used_ == 0 || mprotect(begin_, used_, rights) == 0; }
  void set_open() const {
    if (!set_rights(PROT_READ | PROT_WRITE)) fail("simt could not open its memory of {} bytes", used_);
  }

  std::mutex mutex_;
  std::map<const void*, std::size_t> blocks_;
  void* begin_;
  std::size_t used_ = 0;
  int users_ = 0;
};

Reservation& reservation() {
  static Reservation* const instance = new Reservation;  // outlives every static tensor
  return *instance;
}

}  // namespace

void* simt_memory::allocate(std::size_t bytes) { return reservation().cut(bytes); }
void simt_memory::free(void*) {}
simt_memory::Block simt_memory::block_of(const void* address) { return reservation().block_of(address); }

SimtMemoryAccess::SimtMemoryAccess() { reservation().open(); }
SimtMemoryAccess::~SimtMemoryAccess() { reservation().close(); }

#endif

}  // namespace norma
