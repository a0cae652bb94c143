// What forward and backward data have in common: both correlate a source with weights,
//
//   result[n, k, i, j] = Σ_{c,u,v} weight[k, c, u, v] · source[n, c, row, column]
//
//   row = i·stride + u·dilation − top        column = j·stride + v·dilation − left
//
// In backward data dy is the source, its pixels `spacing` (forward's stride) apart with zeros between them,
// and the weights are transposed and flipped.
#pragma once

#include <algorithm>

#include "kernels/conv/conv2d_images.h"

namespace norma::cpu {

struct Correlation {
  std::int64_t n, c, h, w;       // the source
  std::int64_t k, out_h, out_w;  // the result
  std::int64_t kernel_h, kernel_w;
  std::int64_t top, left;  // padding; negative: rows and columns that are cut off
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t spacing_h = 1, spacing_w = 1;    // from one pixel of the source to the next
  std::int64_t dilation_h = 1, dilation_w = 1;  // from one tap to the next
  ImagesDone done = {};                         // for images of the result
  std::int64_t taps() const { return kernel_h * kernel_w; }
  /// What the kernel sees of a source with zeros around it.
  std::int64_t seen_h() const { return (out_h - 1) * stride_h + (kernel_h - 1) * dilation_h + 1; }
  std::int64_t seen_w() const { return (out_w - 1) * stride_w + (kernel_w - 1) * dilation_w + 1; }
  /// Where it sees row i of the source; outside of [0, seen_h()) if that is cut off.
  std::int64_t seen_row(std::int64_t i) const { return top + i * spacing_h; }
  /// The columns of the source that are not cut off: [first_column(), end_column()).
  std::int64_t first_column() const { return left < 0 ? (-left + spacing_w - 1) / spacing_w : 0; }
  std::int64_t end_column() const { return std::min(w, (seen_w() - left + spacing_w - 1) / spacing_w); }
};

/// Images of a piece of work: enough for about a thousand outputs.
inline std::int64_t piece_images(const Correlation& s) {
  return std::clamp<std::int64_t>(1024 / (s.out_h * s.out_w), 1, s.n);
}

inline Correlation forward_correlation(const Conv2dShape& s) {
  return {.n = s.n,
          .c = s.c,
          .h = s.h,
          .w = s.w,
          .k = s.k,
          .out_h = s.out_h(),
          .out_w = s.out_w(),
          .kernel_h = s.kernel_h,
          .kernel_w = s.kernel_w,
          .top = s.pad_h,
          .left = s.pad_w,
          .stride_h = s.stride_h,
          .stride_w = s.stride_w,
          .dilation_h = s.dilation_h,
          .dilation_w = s.dilation_w};
}

inline Correlation backward_correlation(const Conv2dShape& s) {
  return {.n = s.n,
          .c = s.k,
          .h = s.out_h(),
          .w = s.out_w(),
          .k = s.c,
          .out_h = s.h,
          .out_w = s.w,
          .kernel_h = s.kernel_h,
          .kernel_w = s.kernel_w,
          .top = s.window_h() - 1 - s.pad_h,
          .left = s.window_w() - 1 - s.pad_w,
          .spacing_h = s.stride_h,
          .spacing_w = s.stride_w,
          .dilation_h = s.dilation_h,
          .dilation_w = s.dilation_w};
}

}  // namespace norma::cpu
