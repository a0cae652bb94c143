// Between the two orders of an image: channel by channel, [C][pixels], as tensors are, and pixel by pixel,
// [pixels][C], as vectors of channels want it. The second has a `pitch`, C rounded up at least to whole
// blocks.

#if defined(NORMA_CONV2D_TRANSPOSE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMA_CONV2D_TRANSPOSE_INL
#undef NORMA_CONV2D_TRANSPOSE_INL
#else
#define NORMA_CONV2D_TRANSPOSE_INL
#endif

#include <algorithm>

#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR
template <class T>
constexpr int block_numbers = 1;
template <class D>
void transpose_blocks(D, hn::Vec<D>*) {}
template <class D, class T = hn::TFromD<D>>
void store_blocks(D d, hn::Vec<D> v, T* p, std::int64_t) {
  hn::StoreU(v, d, p);
}
template <class D, class T = hn::TFromD<D>>
hn::Vec<D> load_blocks(D d, const T* p, std::int64_t) {
  return hn::LoadU(d, p);
}
#else
// Numbers in 16 bytes, the block within which shuffles move numbers in vectors of any length.
template <class T>
constexpr int block_numbers = static_cast<int>(16 / sizeof(T));

// Transposes each block of v[0 … n−1] as an n×n matrix: n = 4 for float, 2 for double.
template <class D>
HWY_INLINE void transpose_blocks(D d, hn::Vec<D>* v) {
  if constexpr (sizeof(hn::TFromD<D>) == 4) {
    const auto a = hn::InterleaveLower(d, v[0], v[2]), b = hn::InterleaveUpper(d, v[0], v[2]);
    const auto e = hn::InterleaveLower(d, v[1], v[3]), f = hn::InterleaveUpper(d, v[1], v[3]);
    v[0] = hn::InterleaveLower(d, a, e);
    v[1] = hn::InterleaveUpper(d, a, e);
    v[2] = hn::InterleaveLower(d, b, f);
    v[3] = hn::InterleaveUpper(d, b, f);
  } else {
    const auto a = v[0];
    v[0] = hn::InterleaveLower(d, a, v[1]);
    v[1] = hn::InterleaveUpper(d, a, v[1]);
  }
}

// The blocks of v to p, p + step, p + 2·step, …, and back.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE void store_blocks(D d, hn::Vec<D> v, T* p, std::int64_t step) {
  if constexpr (hn::MaxLanes(D()) <= block_numbers<T>) {
    hn::StoreU(v, d, p);
  } else {
    const hn::Half<D> half;
    store_blocks(half, hn::LowerHalf(half, v), p, step);
    store_blocks(half, hn::UpperHalf(half, v), p + hn::MaxLanes(D()) / 2 / block_numbers<T> * step, step);
  }
}
template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load_blocks(D d, const T* p, std::int64_t step) {
  if constexpr (hn::MaxLanes(D()) <= block_numbers<T>) {
    return hn::LoadU(d, p);
  } else {
    const hn::Half<D> half;
    return hn::Combine(d, load_blocks(half, p + hn::MaxLanes(D()) / 2 / block_numbers<T> * step, step),
                       load_blocks(half, p, step));
  }
}

#endif

/// A number of channels, rounded up to whole blocks: the least pitch of pixels.
template <class T>
std::int64_t whole_blocks(std::int64_t channels) {
  return (channels + block_numbers<T> - 1) / block_numbers<T> * block_numbers<T>;
}

// Pixels that are turned at a time: lines of this length do not displace each other in the cache, and their
// turned form fits into it.
constexpr std::int64_t pixel_block = 64;

/// pixels[p·pitch + c] = planes[c·plane + p]; zero for c from `channels` to `pitch`.
template <class T>
void planes_to_pixels(const T* HWY_RESTRICT planes, std::int64_t plane, std::int64_t channels,
                      std::int64_t count, T* HWY_RESTRICT pixels, std::int64_t pitch) {
  constexpr int n = block_numbers<T>;
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  if (channels < pitch) std::fill_n(pixels, count * pitch, T{0});
  const std::int64_t whole = count / lanes * lanes;
  for (std::int64_t begin = 0; begin < whole; begin += pixel_block)
    for (std::int64_t c = 0; c < channels; c += n)
      for (std::int64_t p = begin; p < std::min<std::int64_t>(begin + pixel_block, whole); p += lanes) {
        hn::Vec<decltype(d)> v[n];
        for (int i = 0; i < n; ++i)
          v[i] = c + i < channels ? hn::LoadU(d, planes + (c + i) * plane + p) : hn::Zero(d);
        transpose_blocks(d, v);
        for (int i = 0; i < n; ++i) store_blocks(d, v[i], pixels + (p + i) * pitch + c, n * pitch);
      }
  for (std::int64_t p = whole; p < count; ++p)
    for (std::int64_t c = 0; c < channels; ++c) pixels[p * pitch + c] = planes[c * plane + p];
}

/// planes[c·plane + p] = pixels[p·pitch + c].
template <class T>
void pixels_to_planes(const T* HWY_RESTRICT pixels, std::int64_t pitch, std::int64_t channels,
                      std::int64_t count, T* HWY_RESTRICT planes, std::int64_t plane) {
  constexpr int n = block_numbers<T>;
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const std::int64_t whole = count / lanes * lanes;
  for (std::int64_t begin = 0; begin < whole; begin += pixel_block)
    for (std::int64_t c = 0; c < channels; c += n)
      for (std::int64_t p = begin; p < std::min<std::int64_t>(begin + pixel_block, whole); p += lanes) {
        hn::Vec<decltype(d)> v[n];
        for (int i = 0; i < n; ++i) v[i] = load_blocks(d, pixels + (p + i) * pitch + c, n * pitch);
        transpose_blocks(d, v);
        for (int i = 0; i < n; ++i)
          if (c + i < channels) hn::StoreU(v[i], d, planes + (c + i) * plane + p);
      }
  for (std::int64_t p = whole; p < count; ++p)
    for (std::int64_t c = 0; c < channels; ++c) planes[c * plane + p] = pixels[p * pitch + c];
}

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
