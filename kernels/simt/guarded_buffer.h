// GuardedBuffer: global memory for testing a kernel, which shows whether it was written outside of its bounds
// or never written at all. Under AddressSanitizer the access itself stops the program.
//
//     ▓▓▓ guard ▓▓▓ element 0 … element n − 1 ▓▓▓ guard ▓▓▓
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/error.h"
#include "kernels/simt/sanitizer.h"

namespace norma::simt {

template <class T>
class GuardedBuffer {
 public:
  /// Elements of bytes 0xFF: NaN where T is a floating-point type. Aligned as memory from cudaMalloc is.
  explicit GuardedBuffer(std::size_t count)
      : bytes_(count * sizeof(T)), memory_(bytes_ + 2 * guard + alignment, 0xFF) {
    const auto address = reinterpret_cast<std::uintptr_t>(memory_.data());
    begin_ = memory_.data() + guard + (alignment - (address + guard) % alignment);
    std::fill(memory_.data(), begin_, intact);
    std::fill(begin_ + bytes_, memory_.data() + memory_.size(), intact);
    sanitizer::forbid(begin_ - guard, guard);
    sanitizer::forbid(begin_ + bytes_, guard);
  }
  ~GuardedBuffer() { sanitizer::permit(memory_.data(), memory_.size()); }
  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;

  T* data() { return reinterpret_cast<T*>(begin_); }
  std::span<T> span() { return {data(), bytes_ / sizeof(T)}; }
  T& operator[](std::size_t i) { return data()[i]; }

  /// Throws where a guard was written to.
  void check() const {
    if (sanitizer::present) return;
    const auto broken = [](unsigned char byte) { return byte != intact; };
    if (std::any_of(begin_ - guard, begin_, broken))
      fail("a kernel wrote before the beginning of a buffer of {} elements", bytes_ / sizeof(T));
    if (std::any_of(begin_ + bytes_, begin_ + bytes_ + guard, broken))
      fail("a kernel wrote beyond the end of a buffer of {} elements", bytes_ / sizeof(T));
  }

 private:
  static constexpr std::size_t guard = 1024, alignment = 256;
  static constexpr unsigned char intact = 0xA5;

  std::size_t bytes_;
  std::vector<unsigned char> memory_;
  unsigned char* begin_;
};

}  // namespace norma::simt
