// The interfaces of AddressSanitizer and ThreadSanitizer, or nothing in a build without them.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define NORMA_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NORMA_ADDRESS_SANITIZER 1
#endif
#endif

#ifdef NORMA_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

namespace norma::simt::sanitizer {

#ifdef NORMA_ADDRESS_SANITIZER
inline constexpr bool present = true;
/// Any access to these bytes stops the program, until they are permitted again.
inline void forbid(const void* begin, std::size_t bytes) { __asan_poison_memory_region(begin, bytes); }
inline void permit(const void* begin, std::size_t bytes) { __asan_unpoison_memory_region(begin, bytes); }
/// Around a switch of stacks: the first before it, on the old stack, the second after it, on the new one.
inline void leave_stack(void** fake, const void* bottom, std::size_t size) {
  __sanitizer_start_switch_fiber(fake, bottom, size);
}
inline void enter_stack(void* fake, const void** old_bottom, std::size_t* old_size) {
  __sanitizer_finish_switch_fiber(fake, old_bottom, old_size);
}
#else
inline constexpr bool present = false;
inline void forbid(const void*, std::size_t) {}
inline void permit(const void*, std::size_t) {}
inline void leave_stack(void**, const void*, std::size_t) {}
inline void enter_stack(void*, const void**, std::size_t*) {}
#endif

#ifdef __SANITIZE_THREAD__
/// ThreadSanitizer takes each stack for a thread of its own, and must be told of a switch before it.
inline void* this_stack() { return __tsan_get_current_fiber(); }
inline void* make_stack() { return __tsan_create_fiber(0); }
inline void end_stack(void* stack) { __tsan_destroy_fiber(stack); }
inline void switch_stack(void* to) { __tsan_switch_to_fiber(to, 0); }
#else
inline void* this_stack() { return nullptr; }
inline void* make_stack() { return nullptr; }
inline void end_stack(void*) {}
inline void switch_stack(void*) {}
#endif

}  // namespace norma::simt::sanitizer
