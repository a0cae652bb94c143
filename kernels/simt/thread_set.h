// ThreadSet: a set of a block's threads, one word per warp.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace norma::simt {

class ThreadSet {
 public:
  static constexpr int capacity = 1024;
  static constexpr int none = -1;

  /// {0, …, count − 1}
  static ThreadSet first(int count) {
    ThreadSet set;
    for (int t = 0; t < count; ++t) set.insert(t);
    return set;
  }

  void insert(int thread) { warps_[word(thread)] |= bit(thread); }
  void erase(int thread) { warps_[word(thread)] &= ~bit(thread); }
  bool contains(int thread) const { return (warps_[word(thread)] & bit(thread)) != 0; }
  std::uint32_t lanes(int warp) const { return warps_[static_cast<std::size_t>(warp)]; }

  bool empty() const { return at_or_after(0) == none; }

  /// The smallest member ≥ thread, and the largest ≤ thread.
  int at_or_after(int thread) const {
    if (thread >= capacity) return none;
    std::uint32_t lanes = warps_[word(thread)] & (~0u << thread % 32);
    for (int warp = thread / 32;; lanes = warps_[static_cast<std::size_t>(warp)]) {
      if (lanes != 0) return warp * 32 + std::countr_zero(lanes);
      if (++warp == capacity / 32) return none;
    }
  }
  int at_or_before(int thread) const {
    if (thread < 0) return none;
    std::uint32_t lanes = warps_[word(thread)] & (~0u >> (31 - thread % 32));
    for (int warp = thread / 32;; lanes = warps_[static_cast<std::size_t>(warp)]) {
      if (lanes != 0) return warp * 32 + 31 - std::countl_zero(lanes);
      if (--warp < 0) return none;
    }
  }
  bool operator==(const ThreadSet&) const = default;

 private:
  static std::size_t word(int thread) { return static_cast<std::size_t>(thread) / 32; }
  static std::uint32_t bit(int thread) { return 1u << thread % 32; }

  std::array<std::uint32_t, capacity / 32> warps_{};
};

}  // namespace norma::simt
