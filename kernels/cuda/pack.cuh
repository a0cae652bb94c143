// Pack: W neighbouring elements (a power of two) that move as one, up to 16 bytes an access. A warp that
// reads 32 packs of four floats side by side asks for 512 bytes with one instruction instead of four.
#pragma once

#include <cstdint>

#include "kernels/cuda/cuda.h"

namespace norma::NORMA_EXECUTOR {

template <class T, int W>
struct alignas(W * sizeof(T) < 16 ? W * sizeof(T) : 16) Pack {
  T lane[W];
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

/// May packs begin at all of these addresses?
template <class... T>
bool aligned_for_packs(const T*... address) {
  return ((reinterpret_cast<std::uintptr_t>(address) % 16 == 0) && ...);
}

}  // namespace norma::NORMA_EXECUTOR
