// Exercise 14: what you write, and who calls it. Exercise 15 uses the same cache.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>

/// Numbers that are read through a simulated cache, which counts how often a line has to be read from memory.
class CountedArray {
 public:
  static constexpr std::int64_t line_size = 16, cache_lines = 64;  // floats, lines

  CountedArray(const float* x, std::int64_t size) : x_(x), size_(size) { cache_.fill(-1); }

  float read(std::int64_t i) {
    if (i < 0 || i >= size_)
      throw std::out_of_range("element " + std::to_string(i) + " of " + std::to_string(size_) + " was read");
    // The lines in the cache, the latest first. The last one leaves if the line i / 16 is not among them.
    auto place = std::find(cache_.begin(), cache_.end(), i / line_size);
    if (place == cache_.end()) {
      ++misses_;
      --place;
      *place = i / line_size;
    }
    std::rotate(cache_.begin(), place, place + 1);
    return x_[i];
  }

  std::int64_t misses() const { return misses_; }
  std::int64_t lines() const { return (size_ + line_size - 1) / line_size; }

 private:
  const float* x_;
  std::int64_t size_, misses_ = 0;
  std::array<std::int64_t, cache_lines> cache_;
};

/// sums[c] = Σ x[r·columns + c] over r in [0, rows), for c in [0, columns); x is [rows, columns].
/// Reads each line of x from memory once.
extern "C" void column_sums(CountedArray& x, std::int64_t rows, std::int64_t columns, double* sums);
