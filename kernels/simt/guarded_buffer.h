// GuardedBuffer: global memory for testing a kernel, which shows whether it was written outside of its bounds
// or never written at all. Under AddressSanitizer the access itself stops the program.
//
//     ▓▓▓ guard ▓▓▓ element 0 … element n − 1 ▓▓▓ guard ▓▓▓
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

#include "core/error.h"
#include "kernels/simt/sanitizer.h"

namespace norma::simt {

template <class T>
class GuardedBuffer {
 public:
  /// Elements of bytes 0xFF: NaN where T is a floating-point type.
  explicit GuardedBuffer(std::size_t count) : count_(count), bytes_(count * sizeof(T) + 2 * guard, 0xA5) {
    std::memset(bytes_.data() + guard, 0xFF, count * sizeof(T));
    sanitizer::forbid(bytes_.data(), guard);
    sanitizer::forbid(end(), guard);
  }
  ~GuardedBuffer() { sanitizer::permit(bytes_.data(), bytes_.size()); }
  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;

  T* data() { return reinterpret_cast<T*>(bytes_.data() + guard); }
  std::span<T> span() { return {data(), count_}; }
  T& operator[](std::size_t i) { return data()[i]; }

  /// Throws where a guard was written to.
  void check() {
    if (sanitizer::present) return;
    const auto broken = [](unsigned char byte) { return byte != 0xA5; };
    if (std::any_of(bytes_.data(), bytes_.data() + guard, broken))
      fail("a kernel wrote before the beginning of a buffer of {} elements", count_);
    if (std::any_of(end(), end() + guard, broken))
      fail("a kernel wrote beyond the end of a buffer of {} elements", count_);
  }

 private:
  static constexpr std::size_t guard = 1024;
  unsigned char* end() { return bytes_.data() + guard + count_ * sizeof(T); }

  std::size_t count_;
  std::vector<unsigned char> bytes_;
};

}  // namespace norma::simt
