// The geometry that max and average pooling share.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/cost.h"

namespace norma {

struct PoolShape {
  std::int64_t planes;  ///< N·C
  std::int64_t h, w;    ///< of a plane of x
  std::int64_t kernel_h, kernel_w;
  std::int64_t stride_h, stride_w;
  std::int64_t pad_h = 0, pad_w = 0;  ///< at most half the kernel
  bool ceil_mode = false;             ///< keep windows that only partly lie inside

  constexpr std::int64_t out_h() const { return outputs(h, kernel_h, stride_h, pad_h); }
  constexpr std::int64_t out_w() const { return outputs(w, kernel_w, stride_w, pad_w); }

 private:
  constexpr std::int64_t outputs(std::int64_t size, std::int64_t kernel, std::int64_t stride,
                                 std::int64_t pad) const {
    const std::int64_t room = size + 2 * pad - kernel + (ceil_mode ? stride - 1 : 0);
    if (room < 0) return 0;
    const std::int64_t count = room / stride + 1;
    const bool last_is_outside = ceil_mode && (count - 1) * stride >= size + pad;
    return last_is_outside ? count - 1 : count;
  }
};

/// Input and output of a pool, and a place for each output where that is wanted.
template <class T>
Cost pool_cost(const PoolShape& s, bool places) {
  const std::int64_t outputs = s.planes * s.out_h() * s.out_w();
  return cost_of_numbers<T>(s.planes * s.h * s.w + outputs, places ? outputs : 0);
}

/// The window of output pixel (i, j), clipped to the plane, and its area before that, padding included, by
/// which average pooling may divide.
struct PoolWindow {
  std::int64_t top, bottom, left, right;  ///< rows [top, bottom), columns [left, right)
  std::int64_t padded_area;

  constexpr PoolWindow(const PoolShape& s, std::int64_t i, std::int64_t j) {
    const std::int64_t y = i * s.stride_h - s.pad_h, x = j * s.stride_w - s.pad_w;
    const std::int64_t y_end = std::min(y + s.kernel_h, s.h + s.pad_h),
                       x_end = std::min(x + s.kernel_w, s.w + s.pad_w);
    padded_area = (y_end - y) * (x_end - x);
    top = std::max<std::int64_t>(y, 0), bottom = std::min(y_end, s.h);
    left = std::max<std::int64_t>(x, 0), right = std::min(x_end, s.w);
  }
};

/// The other way round, along one axis: the outputs [first, last) whose windows contain position `at`.
struct PoolOutputs {
  std::int64_t first, last;

  constexpr PoolOutputs(std::int64_t at, std::int64_t kernel, std::int64_t stride, std::int64_t pad,
                        std::int64_t outputs) {
    first = at + pad < kernel ? 0 : (at + pad - kernel) / stride + 1;
    last = std::min((at + pad) / stride + 1, outputs);
  }
};

}  // namespace norma
