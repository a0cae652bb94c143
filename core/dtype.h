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

/// DO(T, …) for every element type that operations compute with: a new one begins with its name here.
#define NORMA_FLOAT_TYPES(DO, ...)     \
  DO(float __VA_OPT__(, ) __VA_ARGS__) \
  DO(double __VA_OPT__(, ) __VA_ARGS__)

/// Whether operations compute with it: float32 and float64.
constexpr bool is_floating(DType dtype) {
#define NORMA_IS(T) || dtype == dtype_of<T>
  return false NORMA_FLOAT_TYPES(NORMA_IS);
#undef NORMA_IS
}

/// Calls `f.template operator()<T>()` for the C++ type of dtype; every operation is written once for all.
template <class F>
decltype(auto) dispatch_float(const char* operation, DType dtype, F&& f) {
#define NORMA_CALL(T) \
  if (dtype == dtype_of<T>) return f.template operator()<T>();
  NORMA_FLOAT_TYPES(NORMA_CALL)
#undef NORMA_CALL
  fail("{} takes float32 or float64, not {}", operation, name(dtype));
}

/// The type in which kernels add and multiply numbers of type T: T itself, unless its precision is too low
/// (half-width types must be added in float).
template <class T>
struct Accumulator {
  using type = T;
};
template <class T>
using acc_t = typename Accumulator<T>::type;

/// The type of statistics and of sums that are merged from many parts, for any T: float is too coarse for a
/// mean of 1e4.
using stat_t = double;

}  // namespace norma
