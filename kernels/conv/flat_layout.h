// How the CPU convolution lays images out: each channel as one long line in which neighbours of a pixel are
// at fixed distances, so that a convolution is a sum of shifted lines, and vectors run along it regardless of
// W.
//
//   an image with padding 1               the same, as a line with pitch W+1
//     0 0 0 0 0
//     0 a b c 0                           0 0 0 0 | 0 a b c | 0 d e f | 0 0 0 0 | 0 (next image) …
//     0 d e f 0           ──▶
//     0 0 0 0 0                           The zero right of c is also the zero left of d, and the zeros below
//                                         an image those above the next: padding is paid once.
//
// Output pixel (i, j) of image m is computed at line position m·plane + i·pitch + j from the source positions
// that many steps further on: +0, +1, +2, +pitch, … for a 3×3 kernel. Positions that are no pixel of y (the
// seams) are computed too and dropped: 1 − 1024/33² = 6 % of the work on 32×32, 21 % on 8×8.
#pragma once

#include <algorithm>
#include <cstdint>

namespace norma::cpu {

/// A stride-1 correlation of [channels, h, w] sources with a kernel, giving out_h × out_w pixels. Output (i,
/// j) and tap (u, v) meet the source at (i + u − top, j + v − left), divided by the dilation where it has
/// one.
struct Correlation {
  std::int64_t channels, h, w;
  std::int64_t out_h, out_w;
  std::int64_t kernel_h, kernel_w;
  std::int64_t top = 0, left = 0;               // padding; negative: rows and columns that are cut off
  std::int64_t dilation_h = 1, dilation_w = 1;  // zeros between source pixels: distance of neighbours
};

struct FlatLayout {
  Correlation k;
  std::int64_t pitch, plane;  // distance of neighbouring rows and of neighbouring images
  std::int64_t images;        // in one line

  /// About 1024 positions a line, so that a line of many channels fits the L2 cache.
  FlatLayout(const Correlation& correlation, std::int64_t batch) : k(correlation) {
    // Zeros that two neighbours can share: as many as lie on both sides, but fewer than the kernel is wide,
    // so that every output has a position of its own.
    const auto shared = [](std::int64_t before, std::int64_t size, std::int64_t dilation, std::int64_t out,
                           std::int64_t kernel) {
      const std::int64_t data = (size - 1) * dilation + 1, after = out + kernel - 1 - before - data;
      return std::max<std::int64_t>(0, std::min({before, after, kernel - 1}));
    };
    pitch = k.out_w + k.kernel_w - 1 - shared(k.left, k.w, k.dilation_w, k.out_w, k.kernel_w);
    plane = (k.out_h + k.kernel_h - 1 - shared(k.top, k.h, k.dilation_h, k.out_h, k.kernel_h)) * pitch;
    images = std::clamp<std::int64_t>(1024 / plane, 1, batch);
  }

  /// Positions at which outputs are computed.
  std::int64_t length(std::int64_t image_count) const { return image_count * plane; }
  /// Positions of a source line, with room for the last tap and for `slack` more.
  std::int64_t line(std::int64_t slack) const {
    return images * plane + (k.kernel_h - 1) * pitch + k.kernel_w - 1 + slack;
  }
  /// Where the tap (channel, u, v) starts reading, in lines of the given size.
  std::int64_t tap(std::int64_t channel, std::int64_t u, std::int64_t v, std::int64_t line_size) const {
    return channel * line_size + u * pitch + v;
  }
};

}  // namespace norma::cpu
