// Convolution on the CPU, all directions and shapes with two inner loops (conv2d_tiles-inl.h) over images
// laid out as lines (flat_layout.h):
//
//   forward, stride 1     correlate x, padded, with weight
//   forward, stride > 1   gather the taps of every output pixel into lines of their own, then as a 1×1 kernel
//   backward data         correlate dy, its pixels `stride` apart, with the flipped weight
//   backward weight       multiply every tap's line with dy's
//
// Images are taken a few at a time; each piece of work is one such group (backward weight: a fixed share of
// the groups, whose sums are added up in order), whatever the number of threads.
#include "kernels/conv/conv2d.h"

#include <cstring>
#include <vector>

#include "core/parallel.h"
#include "kernels/conv/flat_layout.h"
#include "kernels/scratch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv/conv2d_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/conv/conv2d_tiles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

template <class T>
std::int64_t tile_positions() {
  return tile_vectors * static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<T>()));
}

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// Output channels in blocks of at most tile_channels, as even as possible: 10 = 5 + 5, not 8 + 2.
struct ChannelBlocks {
  std::int64_t channels, count;
  explicit ChannelBlocks(std::int64_t k) : channels(k), count(divide_up(k, tile_channels)) {}
  std::int64_t begin(std::int64_t block) const { return block * channels / count; }
  std::int64_t size(std::int64_t block) const { return begin(block + 1) - begin(block); }
};

// Lays `count` images, [channels, h, w] each, out as lines of the given size.
template <class T>
void lay_out(const FlatLayout& f, const T* images, std::int64_t count, std::int64_t line, T* lines) {
  const Correlation& k = f.k;
  const auto rows = k.out_h + k.kernel_h - 1, columns = k.out_w + k.kernel_w - 1;
  for (std::int64_t c = 0; c < k.channels; ++c, lines += line) {
    std::memset(lines, 0, static_cast<std::size_t>(line) * sizeof(T));
    for (std::int64_t m = 0; m < count; ++m) {
      const T* in = images + (m * k.channels + c) * k.h * k.w;
      T* out = lines + m * f.plane;
      for (std::int64_t i = 0; i < k.h; ++i, in += k.w) {
        const std::int64_t row = k.top + i * k.dilation_h;
        if (row < 0 || row >= rows) continue;
        if (k.dilation_w == 1 && k.left >= 0) {
          copy_row(in, std::min(k.w, columns - k.left), T{0}, out + row * f.pitch + k.left);
        } else {
          for (std::int64_t j = 0; j < k.w; ++j)
            if (const std::int64_t column = k.left + j * k.dilation_w; column >= 0 && column < columns)
              out[row * f.pitch + column] = in[j];
        }
      }
    }
  }
}

// Lays a strided convolution's taps out: line (c, u, v) holds what tap (u, v) of channel c reads, pixel by
// pixel.
template <class T>
void lay_out_taps(const Conv2dShape& s, const FlatLayout& f, const T* images, std::int64_t count,
                  std::int64_t line, T* lines) {
  for (std::int64_t tap = 0; tap < f.k.channels; ++tap, lines += line) {
    const std::int64_t c = tap / (s.kernel_h * s.kernel_w);
    const std::int64_t u = tap / s.kernel_w % s.kernel_h, v = tap % s.kernel_w;
    std::memset(lines, 0, static_cast<std::size_t>(line) * sizeof(T));
    for (std::int64_t m = 0; m < count; ++m)
      for (std::int64_t i = 0; i < s.out_h(); ++i) {
        const std::int64_t row = i * s.stride_h + u - s.pad_h;
        if (row < 0 || row >= s.h) continue;
        const T* in = images + ((m * s.c + c) * s.h + row) * s.w;
        for (std::int64_t j = 0; j < s.out_w(); ++j)
          if (const std::int64_t column = j * s.stride_w + v - s.pad_w; column >= 0 && column < s.w)
            lines[m * f.plane + i * f.pitch + j] = in[column];
      }
  }
}

// The correlation that a forward convolution is, for its two ways to lay out.
Correlation forward_correlation(const Conv2dShape& s) {
  if (s.stride_h == 1 && s.stride_w == 1)
    return {s.c, s.h, s.w, s.out_h(), s.out_w(), s.kernel_h, s.kernel_w, s.pad_h, s.pad_w};
  return {s.c * s.kernel_h * s.kernel_w, s.out_h(), s.out_w(), s.out_h(), s.out_w(), 1, 1};
}

template <class T>
void lay_out_forward(const Conv2dShape& s, const FlatLayout& f, const T* images, std::int64_t count,
                     std::int64_t line, T* lines) {
  if (s.stride_h == 1 && s.stride_w == 1)
    lay_out(f, images, count, line, lines);
  else
    lay_out_taps(s, f, images, count, line, lines);
}

std::vector<std::int64_t> tap_offsets(const FlatLayout& f, std::int64_t line) {
  std::vector<std::int64_t> offsets;
  for (std::int64_t c = 0; c < f.k.channels; ++c)
    for (std::int64_t u = 0; u < f.k.kernel_h; ++u)
      for (std::int64_t v = 0; v < f.k.kernel_w; ++v) offsets.push_back(f.tap(c, u, v, line));
  return offsets;
}

// y[n, k, …] = Σ_t weight_at(k, t) · source: what forward and backward data share. `lay(group, count, line,
// out)` lays out the images of a group.
template <class T, class WeightAt, class Lay>
void correlate(const FlatLayout& f, std::int64_t batch, std::int64_t channels, WeightAt weight_at,
               const T* bias, T* y, Lay lay) {
  const std::int64_t tile = tile_positions<T>();
  const std::int64_t line = f.line(tile), out_line = divide_up(f.length(f.images), tile) * tile;
  const std::vector<std::int64_t> offsets = tap_offsets(f, line);
  const auto taps = static_cast<std::int64_t>(offsets.size());
  const ChannelBlocks blocks(channels);

  const Scratch<T> packed(channels * taps);  // per block: [taps][channels of the block]
  for (std::int64_t b = 0; b < blocks.count; ++b)
    for (std::int64_t t = 0; t < taps; ++t)
      for (std::int64_t i = 0; i < blocks.size(b); ++i)
        packed[blocks.begin(b) * taps + t * blocks.size(b) + i] = weight_at(blocks.begin(b) + i, t);

  parallel_for(divide_up(batch, f.images), [&](std::int64_t group) HWY_ATTR {
    const std::int64_t first = group * f.images, count = std::min(f.images, batch - first);
    const Scratch<T> source(f.k.channels * line), result(tile_channels * out_line);
    lay(first, count, line, source.data());
    for (std::int64_t b = 0; b < blocks.count; ++b) {
      with_constant<tile_channels>(blocks.size(b), [&](auto size) HWY_ATTR {
        for (std::int64_t p = 0; p < f.length(count); p += tile)
          correlate_tile<size()>(taps, packed.data() + blocks.begin(b) * taps, offsets.data(),
                                 source.data() + p, out_line, result.data() + p);
      });
      for (std::int64_t m = 0; m < count; ++m)
        for (std::int64_t i = 0; i < blocks.size(b); ++i) {
          const std::int64_t k = blocks.begin(b) + i;
          T* plane = y + ((first + m) * channels + k) * f.k.out_h * f.k.out_w;
          for (std::int64_t row = 0; row < f.k.out_h; ++row)
            copy_row(result.data() + i * out_line + m * f.plane + row * f.pitch, f.k.out_w,
                     bias ? bias[k] : T{0}, plane + row * f.k.out_w);
        }
    }
  });
}

template <class T>
void conv2d_forward(const Conv2dForward<T>& a) {
  const Conv2dShape& s = a.s;
  const FlatLayout f(forward_correlation(s), s.n);
  const std::int64_t taps = s.c * s.kernel_h * s.kernel_w;
  correlate(
      f, s.n, s.k, [&](std::int64_t k, std::int64_t t) { return a.weight[k * taps + t]; }, a.bias, a.y,
      [&](std::int64_t first, std::int64_t count, std::int64_t line, T* lines)
          HWY_ATTR { lay_out_forward(s, f, a.x + first * s.c * s.h * s.w, count, line, lines); });
}

template <class T>
void conv2d_backward_data(const Conv2dBackwardData<T>& a) {
  const Conv2dShape& s = a.s;
  const std::int64_t window = s.kernel_h * s.kernel_w;
  const FlatLayout f({.channels = s.k,
                      .h = s.out_h(),
                      .w = s.out_w(),
                      .out_h = s.h,
                      .out_w = s.w,
                      .kernel_h = s.kernel_h,
                      .kernel_w = s.kernel_w,
                      .top = s.kernel_h - 1 - s.pad_h,
                      .left = s.kernel_w - 1 - s.pad_w,
                      .dilation_h = s.stride_h,
                      .dilation_w = s.stride_w},
                     s.n);
  const auto flipped = [&](std::int64_t c, std::int64_t t) {  // tap t = (k, u, v), read from the far corner
    return a.weight[(t / window * s.c + c) * window + window - 1 - t % window];
  };
  correlate(f, s.n, s.c, flipped, static_cast<const T*>(nullptr), a.dx,
            [&](std::int64_t first, std::int64_t count, std::int64_t line, T* lines)
                HWY_ATTR { lay_out(f, a.dy + first * s.k * s.out_h() * s.out_w(), count, line, lines); });
}

// dweight of the images of some groups, one after the other, added to `sums` [K][taps].
template <class T>
void weight_sums(const Conv2dBackwardWeight<T>& a, const FlatLayout& f, std::int64_t first_group,
                 std::int64_t last_group, T* sums) {
  const Conv2dShape& s = a.s;
  const std::int64_t lanes = tile_positions<T>() / tile_vectors;
  const std::int64_t line = f.line(lanes), dy_line = divide_up(f.length(f.images), lanes) * lanes;
  const std::vector<std::int64_t> offsets = tap_offsets(f, line);
  const auto taps = static_cast<std::int64_t>(offsets.size());
  const ChannelBlocks blocks(s.k);
  const Scratch<T> source(f.k.channels * line), dy(s.k * dy_line);
  FlatLayout g = f;  // dy in the same places as the outputs that it belongs to: no padding, same distances
  g.k = {s.k, s.out_h(), s.out_w(), s.out_h(), s.out_w(), 1, 1};
  std::fill_n(sums, s.k * taps, T{0});
  for (std::int64_t group = first_group; group < last_group; ++group) {
    const std::int64_t first = group * f.images, count = std::min(f.images, s.n - first);
    lay_out_forward(s, f, a.x + first * s.c * s.h * s.w, count, line, source.data());
    lay_out(g, a.dy + first * s.k * s.out_h() * s.out_w(), count, dy_line, dy.data());
    for (std::int64_t b = 0; b < blocks.count; ++b)
      for (std::int64_t t = 0; t < taps; t += tile_taps)
        with_constant<tile_channels>(blocks.size(b), [&](auto size) HWY_ATTR {
          with_constant<tile_taps>(std::min(tile_taps, taps - t), [&](auto k) HWY_ATTR {
            weight_tile<size(), k()>(f.length(count), dy.data() + blocks.begin(b) * dy_line, dy_line,
                                     source.data(), offsets.data() + t, taps,
                                     sums + blocks.begin(b) * taps + t);
          });
        });
  }
}

template <class T>
void bias_sums(const Conv2dBackwardWeight<T>& a) {
  const std::int64_t plane = a.s.out_h() * a.s.out_w();
  parallel_for(a.s.k, [&](std::int64_t k) {
    double sum = 0;
    for (std::int64_t n = 0; n < a.s.n; ++n)
      for (std::int64_t i = 0; i < plane; ++i) sum += a.dy[(n * a.s.k + k) * plane + i];
    a.dbias[k] = static_cast<T>(sum);
  });
}

template <class T>
void conv2d_backward_weight(const Conv2dBackwardWeight<T>& a) {
  const Conv2dShape& s = a.s;
  const FlatLayout f(forward_correlation(s), s.n);
  const std::int64_t groups = divide_up(s.n, f.images), parts = std::min<std::int64_t>(groups, 32);
  const std::int64_t size = s.k * s.c * s.kernel_h * s.kernel_w;
  const Scratch<T> sums(parts * size);
  parallel_for(parts, [&](std::int64_t part) {
    weight_sums(a, f, part * groups / parts, (part + 1) * groups / parts, sums.data() + part * size);
  });
  parallel_ranges(size, 1024, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      T sum = 0;
      for (std::int64_t part = 0; part < parts; ++part) sum += sums[part * size + i];
      a.dweight[i] = sum;
    }
  });
  if (a.dbias) bias_sums(a);
}

NORMA_SIMD_INSTANTIATE(conv2d_forward, Conv2dForward)
NORMA_SIMD_INSTANTIATE(conv2d_backward_data, Conv2dBackwardData)
NORMA_SIMD_INSTANTIATE(conv2d_backward_weight, Conv2dBackwardWeight)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(conv2d_forward, Conv2dForward)
NORMA_SIMD_EXPORT(conv2d_backward_data, Conv2dBackwardData)
NORMA_SIMD_EXPORT(conv2d_backward_weight, Conv2dBackwardWeight)
}  // namespace norma::cpu
#endif
