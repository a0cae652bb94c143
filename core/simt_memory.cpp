#include "core/simt_memory.h"

#include <sys/mman.h>

#include <mutex>

#include "core/device_memory.h"
#include "core/error.h"
#include "core/host_memory.h"

namespace norma {

#ifdef __SANITIZE_ADDRESS__

namespace simt_memory {
void* allocate(std::size_t bytes) { return host_memory::allocate(bytes); }
void free(void* block) { host_memory::free(block); }
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
    used_ += bytes;
    if (users_ > 0) protect(PROT_READ | PROT_WRITE);
    return block;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    if (users_++ == 0) protect(PROT_READ | PROT_WRITE);
  }
  void close() {
    const std::lock_guard lock(mutex_);
    if (--users_ == 0) protect(PROT_NONE);
  }

 private:
  static constexpr std::size_t reserved = std::size_t{1} << 38, alignment = 256;

  void protect(int rights) const {
    if (used_ > 0 && mprotect(begin_, used_, rights) != 0)
      fail("simt could not {} its memory of {} bytes", rights == PROT_NONE ? "close" : "open", used_);
  }

  std::mutex mutex_;
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

SimtMemoryAccess::SimtMemoryAccess() { reservation().open(); }
SimtMemoryAccess::~SimtMemoryAccess() { reservation().close(); }

#endif

}  // namespace norma
