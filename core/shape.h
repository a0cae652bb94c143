// Shape: the sizes of a tensor, outermost first (N, C, H, W for images). At most six, kept in place.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace norma {

class Shape {
 public:
  static constexpr int max_rank = 6;

  Shape() = default;  ///< a scalar: rank 0, one element
  Shape(std::initializer_list<std::int64_t> sizes);
  explicit Shape(std::span<const std::int64_t> sizes);

  int rank() const { return rank_; }
  /// Size d; a negative d counts from the end, as in PyTorch. Throws where d is out of range.
  std::int64_t operator[](int d) const;
  /// The number of elements: the product of all sizes, 1 for a scalar, always below 2^60.
  std::int64_t numel() const;
  /// "[128, 32, 8, 8]"
  std::string to_string() const;

  const std::int64_t* begin() const { return sizes_.data(); }
  const std::int64_t* end() const { return sizes_.data() + rank_; }

  bool operator==(const Shape&) const = default;

 private:
  std::array<std::int64_t, max_rank> sizes_{};
  int rank_ = 0;
};

}  // namespace norma
