// Max pooling on the CPU, 16 planes per piece. Windows of 2×2 that do not overlap, which most networks use,
// are done eight outputs at a time; all other windows in plain loops.
#include "kernels/pool/max_pool2d.h"

#include <algorithm>
#include <limits>

#include "core/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/pool/max_pool2d_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

// Output (i, j) of one plane.
template <class T>
void pool_window(const PoolShape& s, const T* x, std::int64_t i, std::int64_t j, T& y, std::int64_t& index) {
  const PoolWindow window(s, i, j);
  std::int64_t best = window.top * s.w + window.left;
  T largest = -std::numeric_limits<T>::infinity();
  for (std::int64_t row = window.top; row < window.bottom; ++row)
    for (std::int64_t at = row * s.w + window.left; at < row * s.w + window.right; ++at) {
      const bool wins = x[at] > largest || x[at] != x[at];  // larger, or NaN
      best = wins ? at : best;
      largest = wins ? x[at] : largest;
    }
  y = largest;
  index = best;
}

// Outputs [j, j + lanes) of row i, windows of 2×2 side by side:
//
//   row 2i      a b a b a b …        even columns to one vector, odd ones to another
//   row 2i + 1  c d c d c d …
//
// then each of b, c, d replaces the maximum so far if it is larger, together with its position, 0 1 w w+1.
template <class D, class T = hn::TFromD<D>>
void pool_2x2_vector(D d, const T* x, std::int64_t w, std::int64_t i, std::int64_t j, T* y,
                     std::int64_t* index) {
  const hn::RebindToSigned<D> places;
  using Place = hn::TFromD<decltype(places)>;
  const std::int64_t corner = 2 * i * w + 2 * j;
  hn::Vec<D> largest, b, c, e;
  hn::LoadInterleaved2(d, x + corner, largest, b);
  hn::LoadInterleaved2(d, x + corner + w, c, e);
  auto place = hn::Zero(places);
  const auto challenge = [&](auto v, std::int64_t at) HWY_ATTR {
    const auto wins = hn::Or(hn::Gt(v, largest), hn::IsNaN(v));
    largest = hn::IfThenElse(wins, v, largest);
    place = hn::IfThenElse(hn::RebindMask(places, wins), hn::Set(places, static_cast<Place>(at)), place);
  };
  challenge(b, 1);
  challenge(c, w);
  challenge(e, w + 1);
  hn::StoreU(largest, d, y + j);
  HWY_ALIGN Place place_of[hn::MaxLanes(places)];
  hn::Store(place, places, place_of);
  for (std::size_t k = 0; k < hn::Lanes(d); ++k)
    index[j + static_cast<std::int64_t>(k)] = corner + 2 * static_cast<std::int64_t>(k) + place_of[k];
}

template <class T>
void max_pool2d_forward(const MaxPool2dForward<T>& a) {
  const PoolShape& s = a.s;
  const hn::CappedTag<T, 8> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const std::int64_t out_h = s.out_h(), out_w = s.out_w();
  const bool in_vectors = s.halves() && out_w >= lanes && s.w < std::numeric_limits<std::int32_t>::max();
  parallel_ranges(s.planes, 16, [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
    for (std::int64_t plane = begin; plane < end; ++plane)
      for (std::int64_t i = 0; i < out_h; ++i) {
        const T* x = a.x + plane * s.h * s.w;
        T* y = a.y + (plane * out_h + i) * out_w;
        std::int64_t* index = a.index + (plane * out_h + i) * out_w;
        if (in_vectors)  // the last vector may repeat what the one before it did
          for (std::int64_t j = 0; j < out_w; j += lanes)
            pool_2x2_vector(d, x, s.w, i, std::min(j, out_w - lanes), y, index);
        else
          for (std::int64_t j = 0; j < out_w; ++j) pool_window(s, x, i, j, y[j], index[j]);
      }
  });
}

template <class T>
void max_pool2d_backward(const MaxPool2dBackward<T>& a) {
  const std::int64_t outputs = a.s.out_h() * a.s.out_w(), inputs = a.s.h * a.s.w;
  parallel_ranges(a.s.planes, 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t plane = begin; plane < end; ++plane) {
      T* dx = a.dx + plane * inputs;
      std::fill_n(dx, inputs, T{0});
      for (std::int64_t i = plane * outputs; i < (plane + 1) * outputs; ++i) dx[a.index[i]] += a.dy[i];
    }
  });
}

template <class T>
void max_pool2d_gather(const MaxPool2dGather<T>& a) {
  const std::int64_t outputs = a.s.out_h() * a.s.out_w(), inputs = a.s.h * a.s.w;
  parallel_ranges(a.s.planes, 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin * outputs; i < end * outputs; ++i)
      a.y[i] = a.u[i / outputs * inputs + a.index[i]];
  });
}

NORMA_SIMD_INSTANTIATE(max_pool2d_forward, MaxPool2dForward)
NORMA_SIMD_INSTANTIATE(max_pool2d_backward, MaxPool2dBackward)
NORMA_SIMD_INSTANTIATE(max_pool2d_gather, MaxPool2dGather)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(max_pool2d_forward, MaxPool2dForward)
NORMA_SIMD_EXPORT(max_pool2d_backward, MaxPool2dBackward)
NORMA_SIMD_EXPORT(max_pool2d_gather, MaxPool2dGather)
}  // namespace norma::cpu
#endif
