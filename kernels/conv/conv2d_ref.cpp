// Convolution by its definition. All three directions visit the same products weight·x → y; they differ in
// what is summed into what.
#include <vector>

#include "kernels/conv/conv2d.h"

namespace norma::reference {
namespace {

// Calls f(x index, weight index, y index) for every product of the convolution.
template <class F>
void for_each_product(const Conv2dShape& s, F f) {
  for (std::int64_t n = 0; n < s.n; ++n)
    for (std::int64_t k = 0; k < s.k; ++k)
      for (std::int64_t i = 0; i < s.out_h(); ++i)
        for (std::int64_t j = 0; j < s.out_w(); ++j)
          for (std::int64_t c = 0; c < s.c / s.groups; ++c)
            for (std::int64_t u = 0; u < s.kernel_h; ++u)
              for (std::int64_t v = 0; v < s.kernel_w; ++v) {
                const std::int64_t row = i * s.stride_h + u * s.dilation_h - s.pad_h,
                                   col = j * s.stride_w + v * s.dilation_w - s.pad_w;
                if (row < 0 || row >= s.h || col < 0 || col >= s.w) continue;  // zeros outside
                const std::int64_t first_c = k / (s.k / s.groups) * (s.c / s.groups);
                f(((n * s.c + first_c + c) * s.h + row) * s.w + col,
                  ((k * (s.c / s.groups) + c) * s.kernel_h + u) * s.kernel_w + v,
                  ((n * s.k + k) * s.out_h() + i) * s.out_w() + j);
              }
}

// The products of two arrays, as a(i)·b(j) with both factors rounded.
template <class T>
auto product_of(Precision precision, const T* a, const T* b) {
  return [=](std::int64_t i, std::int64_t j) {
    return double{round_to(precision, a[i])} * round_to(precision, b[j]);
  };
}

template <class T>
void round_into(T* out, const std::vector<double>& sums) {
  for (std::size_t i = 0; i < sums.size(); ++i) out[i] = static_cast<T>(sums[i]);
}

std::vector<double> zeros(std::int64_t count) { return std::vector<double>(static_cast<std::size_t>(count)); }

}  // namespace

template <class T>
void conv2d_forward(const Conv2dForward<T>& a) {
  const Conv2dShape& s = a.s;
  const std::int64_t plane = s.out_h() * s.out_w();
  std::vector<double> y = zeros(s.y_size());
  if (a.bias != nullptr)
    for (std::int64_t i = 0; i < s.y_size(); ++i) y[static_cast<std::size_t>(i)] = a.bias[i / plane % s.k];
  const auto product = product_of(a.precision, a.weight, a.x);
  for_each_product(s, [&](std::int64_t x, std::int64_t w, std::int64_t out) {
    y[static_cast<std::size_t>(out)] += product(w, x);
  });
  round_into(a.y, y);
}

template <class T>
void conv2d_backward_data(const Conv2dBackwardData<T>& a) {
  std::vector<double> dx = zeros(a.s.x_size());
  const auto product = product_of(a.precision, a.weight, a.dy);
  for_each_product(a.s, [&](std::int64_t x, std::int64_t w, std::int64_t out) {
    dx[static_cast<std::size_t>(x)] += product(w, out);
  });
  round_into(a.dx, dx);
}

template <class T>
void conv2d_backward_weight(const Conv2dBackwardWeight<T>& a) {
  const Conv2dShape& s = a.s;
  std::vector<double> dweight = zeros(s.weight_size()), dbias = zeros(s.k);
  const auto product = product_of(a.precision, a.dy, a.x);
  for_each_product(s, [&](std::int64_t x, std::int64_t w, std::int64_t out) {
    dweight[static_cast<std::size_t>(w)] += product(out, x);
  });
  round_into(a.dweight, dweight);
  if (a.dbias == nullptr) return;
  const std::int64_t plane = s.out_h() * s.out_w();
  for (std::int64_t i = 0; i < s.y_size(); ++i) dbias[static_cast<std::size_t>(i / plane % s.k)] += a.dy[i];
  round_into(a.dbias, dbias);
}

NORMA_INSTANTIATE(conv2d_forward, Conv2dForward)
NORMA_INSTANTIATE(conv2d_backward_data, Conv2dBackwardData)
NORMA_INSTANTIATE(conv2d_backward_weight, Conv2dBackwardWeight)

}  // namespace norma::reference
