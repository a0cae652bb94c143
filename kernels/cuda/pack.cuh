// Pack: W neighbouring elements (a power of two) that move as one, up to 16 bytes per access. A warp that
// reads 32 packs of four floats side by side asks for 512 bytes with one instruction instead of four.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/cuda/cuda.h"

namespace norma::NORMA_EXECUTOR {

template <class T, int W>
struct alignas(W * sizeof(T) < 16 ? W * sizeof(T) : 16) Pack {
  T at[W];
};

/// Elements in 16 bytes: 4 floats, 2 doubles.
template <class T>
inline constexpr int pack_width = 16 / sizeof(T);

template <int W, class T>
__device__ __forceinline__ Pack<T, W> load_pack(const T* address) {
  return *reinterpret_cast<const Pack<T, W>*>(address);
}
template <int W, class T>
__device__ __forceinline__ void store_pack(T* address, const Pack<T, W>& pack) {
  *reinterpret_cast<Pack<T, W>*>(address) = pack;
}

/// May packs begin at all of these addresses? A null pointer may.
template <class... T>
bool aligned_for_packs(const T*... address) {
  return ((reinterpret_cast<std::uintptr_t>(address) % 16 == 0) && ...);
}

/// Elements of one access to stretches of `length` elements, the first of which begin at these addresses:
/// pack_width<T> where every stretch begins at a multiple of 16 bytes, else 1. A null pointer does not count.
template <class T, class... Pointee>
int access_width(long long length, const Pointee*... first) {
  return length % pack_width<T> == 0 && aligned_for_packs(first...) ? pack_width<T> : 1;
}

/// Calls f with the width, 1 or pack_width<T>, as a constant.
template <class T, class F>
void with_width(int width, F&& f) {
  if (width == 1)
    f(std::integral_constant<int, 1>());
  else
    f(std::integral_constant<int, pack_width<T>>());
}

}  // namespace norma::NORMA_EXECUTOR
