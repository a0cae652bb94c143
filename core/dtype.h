// Element types: float32 to train, float64 to check, uint8 for pixels, int64 for labels and counters.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/error.h"

namespace norma {

enum class DType { float32, float64, uint8, int64 };

const char* name(DType dtype);
std::size_t size_in_bytes(DType dtype);

/// The DType of a C++ element type: dtype_of<float> == DType::float32.
template <class T>
inline constexpr DType dtype_of = DType{-1};
template <>
inline constexpr DType dtype_of<float> = DType::float32;
template <>
inline constexpr DType dtype_of<double> = DType::float64;
template <>
inline constexpr DType dtype_of<std::uint8_t> = DType::uint8;
template <>
inline constexpr DType dtype_of<std::int64_t> = DType::int64;

/// Calls `f.template operator()<float>()` or `<double>()`; every operation is written once for both.
template <class F>
decltype(auto) dispatch_float(const char* operation, DType dtype, F&& f) {
  if (dtype == DType::float32) return f.template operator()<float>();
  if (dtype == DType::float64) return f.template operator()<double>();
  fail("{} takes float32 or float64, not {}", operation, name(dtype));
}

}  // namespace norma
