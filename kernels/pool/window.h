// The geometry that max and average pooling share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "core/error.h"
#include "kernels/cost.h"

namespace norma {

template <class Int>
struct BasicPoolShape {
  Int planes;  ///< N·C
  Int h, w;    ///< of a plane of x
  Int kernel_h, kernel_w;
  Int stride_h, stride_w;
  Int pad_h = 0, pad_w = 0;  ///< at most half the kernel
  bool ceil_mode = false;    ///< keep windows that only partly lie inside

  constexpr Int out_h() const { return outputs(h, kernel_h, stride_h, pad_h); }
  constexpr Int out_w() const { return outputs(w, kernel_w, stride_w, pad_w); }
  /// Windows of 2×2 side by side, each whole inside its plane.
  constexpr bool halves() const {
    return kernel_h == 2 && kernel_w == 2 && stride_h == 2 && stride_w == 2 && pad_h == 0 && pad_w == 0 &&
           2 * out_h() <= h && 2 * out_w() <= w;
  }

 private:
  constexpr Int outputs(Int size, Int kernel, Int stride, Int pad) const {
    const Int room = size + 2 * pad - kernel + (ceil_mode ? stride - 1 : 0);
    if (room < 0) return 0;
    const Int count = room / stride + 1;
    const bool last_is_outside = ceil_mode && (count - 1) * stride >= size + pad;
    return last_is_outside ? count - 1 : count;
  }
};
using PoolShape = BasicPoolShape<std::int64_t>;

/// The shape in the 32-bit integers that a GPU divides quickly. Throws where positions in a plane need more.
inline BasicPoolShape<int> small(const PoolShape& s) {
  constexpr std::int64_t most = 1 << 30;
  for (const std::int64_t size :
       {s.planes, (s.h + 2 * s.pad_h) * (s.w + 2 * s.pad_w), s.stride_h, s.stride_w})
    if (size > most)
      fail("a pool on this device takes at most {} planes and pixels per plane, not {}", most, size);
  const auto to_int = [](std::int64_t n) { return static_cast<int>(n); };
  return {to_int(s.planes),   to_int(s.h),        to_int(s.w),     to_int(s.kernel_h), to_int(s.kernel_w),
          to_int(s.stride_h), to_int(s.stride_w), to_int(s.pad_h), to_int(s.pad_w),    s.ceil_mode};
}

/// Input and output of a pool, and a place for each output where that is wanted.
template <class T>
Cost pool_cost(const PoolShape& s, bool places) {
  const std::int64_t outputs = s.planes * s.out_h() * s.out_w();
  return cost_of_numbers<T>(s.planes * s.h * s.w + outputs, places ? outputs : 0);
}

/// The window of output pixel (i, j), clipped to the plane, and its area before that, padding included, by
/// which average pooling may divide.
template <class Int>
struct PoolWindow {
  Int top, bottom, left, right;  ///< rows [top, bottom), columns [left, right)
  Int padded_area;

  constexpr PoolWindow(const BasicPoolShape<Int>& s, std::type_identity_t<Int> i,
                       std::type_identity_t<Int> j) {
    const Int y = i * s.stride_h - s.pad_h, x = j * s.stride_w - s.pad_w;
    const Int y_end = std::min(y + s.kernel_h, s.h + s.pad_h),
              x_end = std::min(x + s.kernel_w, s.w + s.pad_w);
    padded_area = (y_end - y) * (x_end - x);
    top = std::max(y, Int{0}), bottom = std::min(y_end, s.h);
    left = std::max(x, Int{0}), right = std::min(x_end, s.w);
  }
};

/// The other way round, along one axis: the outputs [first, last) whose windows contain position `at`.
template <class Int>
struct PoolOutputs {
  Int first, last;

  constexpr PoolOutputs(Int at, Int kernel, Int stride, Int pad, Int outputs) {
    first = at + pad < kernel ? 0 : (at + pad - kernel) / stride + 1;
    last = std::min((at + pad) / stride + 1, outputs);
  }
};

}  // namespace norma
