#include "core/shape.h"

#include <algorithm>

#include "core/error.h"

namespace norma {
namespace {

bool has_zero(const Shape& sizes) { return std::find(sizes.begin(), sizes.end(), 0) != sizes.end(); }

// Whether a count of its bytes fits 63 bits, for any element type. The sizes are not negative.
bool is_countable(const Shape& sizes) {
  constexpr std::int64_t too_many = std::int64_t{1} << 60;
  if (has_zero(sizes)) return true;
  std::int64_t product = 1;
  for (const std::int64_t size : sizes) {
    if (size > (too_many - 1) / product) return false;
    product *= size;
  }
  return true;
}

}  // namespace

Shape::Shape(std::initializer_list<std::int64_t> sizes) : Shape(std::span(sizes.begin(), sizes.size())) {}

Shape::Shape(std::span<const std::int64_t> sizes) : rank_(static_cast<int>(sizes.size())) {
  if (sizes.size() > max_rank) fail("a tensor has at most {} dimensions, not {}", max_rank, sizes.size());
  std::copy(sizes.begin(), sizes.end(), sizes_.begin());
  for (std::int64_t size : *this)
    if (size < 0) fail("shape {} has a negative size", to_string());
  if (!is_countable(*this)) fail("shape {} has 2^60 elements or more, which no memory holds", to_string());
}

std::int64_t Shape::operator[](int d) const {
  const int at = d < 0 ? d + rank_ : d;
  if (at < 0 || at >= rank_) fail("shape {} has no dimension {}", to_string(), d);
  return sizes_[static_cast<std::size_t>(at)];
}

std::int64_t Shape::numel() const {
  if (has_zero(*this)) return 0;  // the product of the others may overflow
  std::int64_t product = 1;
  for (std::int64_t size : *this) product *= size;
  return product;
}

std::string Shape::to_string() const {
  std::string text = "[";
  for (const std::int64_t* size = begin(); size != end(); ++size)
    text += (size == begin() ? "" : ", ") + std::to_string(*size);
  return text + "]";
}

}  // namespace norma
