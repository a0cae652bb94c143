// The functions that g++ calls before every memory access of a file that is compiled with
// -fsanitize=thread. The real ones belong to ThreadSanitizer; a program that has those does not get these.
#include <cstddef>

#include "kernels/simt/observer.h"

#ifndef __SANITIZE_THREAD__

using norma::simt::Access;
using norma::simt::detail::observe_access;

#define NORMA_HOOK(name, kind, bytes)                                                \
  extern "C" void name(void* address) {                                              \
    observe_access(Access::Kind::kind, address, bytes, __builtin_return_address(0)); \
  }
#define NORMA_HOOKS(bytes)                                \
  NORMA_HOOK(__tsan_read##bytes, read, bytes)             \
  NORMA_HOOK(__tsan_write##bytes, write, bytes)           \
  NORMA_HOOK(__tsan_unaligned_read##bytes, read, bytes)   \
  NORMA_HOOK(__tsan_unaligned_write##bytes, write, bytes) \
  NORMA_HOOK(__tsan_volatile_read##bytes, read, bytes)    \
  NORMA_HOOK(__tsan_volatile_write##bytes, write, bytes)

NORMA_HOOKS(1)
NORMA_HOOKS(2)
NORMA_HOOKS(4)
NORMA_HOOKS(8)
NORMA_HOOKS(16)
NORMA_HOOK(__tsan_vptr_read, read, sizeof(void*))

extern "C" {
void __tsan_read_range(void* address, std::size_t bytes) {
  observe_access(Access::Kind::read, address, bytes, __builtin_return_address(0));
}
void __tsan_write_range(void* address, std::size_t bytes) {
  observe_access(Access::Kind::write, address, bytes, __builtin_return_address(0));
}
void __tsan_vptr_update(void** address, void*) {
  observe_access(Access::Kind::write, address, sizeof(void*), __builtin_return_address(0));
}
void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
}

#endif
