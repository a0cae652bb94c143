// Convolution and norm on the CPU, depth first: the thread that has written some images normalises them.
#include "kernels/conv/conv2d_norm.h"

#include "kernels/conv/conv2d_images.h"
#include "kernels/scratch.h"

namespace norma::cpu {
namespace {

// The arguments of a norm for images [begin, end), of which each has `sets` means.
template <class Args>
Args part(Args a, std::int64_t begin, std::int64_t end, std::int64_t sets) {
  const std::int64_t first = begin * a.c * a.hw;
  a.n = end - begin;
  a.x += first, a.y += first;
  if constexpr (requires { a.rrms; })
    a.rrms += begin * sets;
  else
    a.mean += begin * sets, a.rstd += begin * sets;
  a.after = a.after.from(begin * a.c);
  return a;
}

template <class T>
LayerNormForward<T> part_of_rows(LayerNormForward<T> a, std::int64_t begin, std::int64_t end,
                                 std::int64_t images) {
  const std::int64_t rows = a.rows / images, row = begin * rows;
  a.rows = (end - begin) * rows;
  a.x += row * a.m, a.y += row * a.m;
  a.mean += row, a.rstd += row;
  a.after = a.after.from(row * a.m / a.plane);
  return a;
}

// Every call writes the statistics, which are the running statistics for all images; only those of image 0
// are kept.
template <class T>
void batch_norm_part(BatchNormForward<T> a, std::int64_t begin, std::int64_t end) {
  const Scratch<double> statistics(2 * a.c);
  if (begin > 0) a.mean = statistics.data(), a.rstd = statistics.data() + a.c;
  batch_norm_forward(part(a, begin, end, 0));
}

}  // namespace

template <class T>
void conv2d_norm_forward(const Conv2dNormForward<T>& a) {
  conv2d_images<T>(
      {a.conv, [&](std::int64_t begin, std::int64_t end) {
         std::visit(
             EachNorm{[&](const BatchNormForward<T>& norm) { batch_norm_part(norm, begin, end); },
                      [&](const GroupNormForward<T>& norm) {
                        group_norm_forward(part(norm, begin, end, norm.groups));
                      },
                      [&](const LayerNormForward<T>& norm) {
                        layer_norm_forward(part_of_rows(norm, begin, end, a.conv.s.n));
                      },
                      [&](const LayerNormPixelForward<T>& norm) {
                        layer_norm_pixel_forward(part(norm, begin, end, norm.hw));
                      },
                      [&](const RmsNormForward<T>& norm) { rms_norm_forward(part(norm, begin, end, 1)); }},
             a.norm);
       }});
}

NORMA_INSTANTIATE(conv2d_norm_forward, Conv2dNormForward)

}  // namespace norma::cpu
