// The two inner loops of the CPU convolution. All of its arithmetic happens here, in registers:
//
//   correlate_tile   y[b][p]  = Σ_t weight[t][b] · x[offset[t] + p]   B channels × 3 vectors of positions
//   weight_tile      dw[b][t] = Σ_p dy[b][p] · x[offset[t] + p]       B channels × K taps
//
// With 32 registers 8×3 products are in flight: 24 sums, 3 vectors of x, and weights that the multiply-add
// takes straight from memory, 11 loads for 24 multiply-adds. With 16 registers 4×3 fit.

#if defined(NORMA_CONV2D_TILES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMA_CONV2D_TILES_INL
#undef NORMA_CONV2D_TILES_INL
#else
#define NORMA_CONV2D_TILES_INL
#endif

#include <utility>

#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SSE2 || HWY_TARGET == HWY_SSSE3 || HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_AVX2
constexpr std::int64_t tile_channels = 4;  // 16 vector registers
#else
constexpr std::int64_t tile_channels = 8;  // 32 vector registers
#endif
constexpr std::int64_t tile_vectors = 3;
constexpr std::int64_t tile_taps = 3;

/// Calls f(integral_constant<int, n>) for a run-time n in [1, Max].
template <int Max, class F>
HWY_INLINE void with_constant(std::int64_t n, F&& f) {
  if constexpr (Max > 1) {
    if (n < Max) return with_constant<Max - 1>(n, std::forward<F>(f));
  }
  f(std::integral_constant<int, Max>{});
}

// weight is [taps][B]; x is read at x + offset[t] … + 3 vectors; y gets B lines `line` apart.
template <int B, class T>
void correlate_tile(std::int64_t taps, const T* HWY_RESTRICT weight, const std::int64_t* HWY_RESTRICT offset,
                    const T* HWY_RESTRICT x, std::int64_t line, T* HWY_RESTRICT y) {
  const hn::ScalableTag<T> d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  using V = hn::Vec<decltype(d)>;
  V sum[B][tile_vectors];
  for (auto& row : sum)
    for (V& v : row) v = hn::Zero(d);
  for (std::int64_t t = 0; t < taps; ++t, weight += B) {
    const T* at = x + offset[t];
    V source[tile_vectors];
    for (int v = 0; v < tile_vectors; ++v) source[v] = hn::LoadU(d, at + v * lanes);
    for (int b = 0; b < B; ++b) {
      const V w = hn::Set(d, weight[b]);
      for (int v = 0; v < tile_vectors; ++v) sum[b][v] = hn::MulAdd(w, source[v], sum[b][v]);
    }
  }
  for (int b = 0; b < B; ++b)
    for (int v = 0; v < tile_vectors; ++v) hn::StoreU(sum[b][v], d, y + b * line + v * lanes);
}

// Adds Σ_p dy[b][p] · x[offset[t] + p] to dweight[b·stride + t] for B lines of dy and K taps. `length` is
// rounded up to whole vectors: both lines must be readable, and one of them zero, beyond it.
template <int B, int K, class T>
void weight_tile(std::int64_t length, const T* HWY_RESTRICT dy, std::int64_t dy_line, const T* HWY_RESTRICT x,
                 const std::int64_t* HWY_RESTRICT offset, std::int64_t stride, T* HWY_RESTRICT dweight) {
  const hn::ScalableTag<T> d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  using V = hn::Vec<decltype(d)>;
  V sum[B][K];
  for (auto& row : sum)
    for (V& v : row) v = hn::Zero(d);
  const T* at[K];
  for (int t = 0; t < K; ++t) at[t] = x + offset[t];
  for (std::int64_t p = 0; p < length; p += lanes) {
    V source[K];
    for (int t = 0; t < K; ++t) source[t] = hn::LoadU(d, at[t] + p);
    for (int b = 0; b < B; ++b) {
      const V g = hn::LoadU(d, dy + b * dy_line + p);
      for (int t = 0; t < K; ++t) sum[b][t] = hn::MulAdd(g, source[t], sum[b][t]);
    }
  }
  for (int b = 0; b < B; ++b)
    for (int t = 0; t < K; ++t) dweight[b * stride + t] += sum_lanes(d, sum[b][t]);
}

// out[i] = in[i] + add for i in [0, count): rows of an image, on their way into or out of a line.
template <class T>
HWY_INLINE void copy_row(const T* HWY_RESTRICT in, std::int64_t count, T add, T* HWY_RESTRICT out) {
  const hn::ScalableTag<T> d;
  const auto term = hn::Set(d, add);
  for_vectors(
      d, count, [&](std::int64_t i) HWY_ATTR { hn::StoreU(hn::Add(hn::LoadU(d, in + i), term), d, out + i); },
      [&](std::int64_t i, std::size_t n)
          HWY_ATTR { store_first(d, n, hn::Add(load_first(d, n, in + i), term), out + i); });
}

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
