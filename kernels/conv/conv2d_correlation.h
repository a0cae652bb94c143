// What forward and backward data have in common: both correlate a source with weights, stride 1 or more.
//
//   result[n, k, i, j] = Σ_{c,u,v} weight · source[n, c, (i·stride + u − top) / dilation, (j·stride + v − left) / dilation]
//
// over the places where the divisions come out even and hit the source: in backward data, dy's pixels lie as far
// apart as the stride of forward, and the kernel is flipped.
#pragma once

#include "kernels/conv/conv2d.h"

namespace norma::cpu {

struct Correlation {
  std::int64_t n, c, h, w;       // the source
  std::int64_t k, out_h, out_w;  // the result
  std::int64_t kernel_h, kernel_w;
  std::int64_t top, left;  // padding; negative: rows and columns that are cut off
  std::int64_t stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  std::int64_t taps() const { return kernel_h * kernel_w; }
};

inline Correlation forward_correlation(const Conv2dShape& s) {
  return {s.n,        s.c,        s.h,     s.w,     s.k,        s.out_h(), s.out_w(),
          s.kernel_h, s.kernel_w, s.pad_h, s.pad_w, s.stride_h, s.stride_w};
}

inline Correlation backward_correlation(const Conv2dShape& s) {
  return {s.n,
          s.k,
          s.out_h(),
          s.out_w(),
          s.c,
          s.h,
          s.w,
          s.kernel_h,
          s.kernel_w,
          s.kernel_h - 1 - s.pad_h,
          s.kernel_w - 1 - s.pad_w,
          1,
          1,
          s.stride_h,
          s.stride_w};
}

}  // namespace norma::cpu
