#include <vector>

#include "kernels/pool/avg_pool2d.h"

namespace norma::reference {

template <class T>
void avg_pool2d_forward(const AvgPool2dForward<T>& a) {
  const PoolShape& s = a.s;
  std::int64_t out = 0;
  for (std::int64_t plane = 0; plane < s.planes; ++plane)
    for (std::int64_t i = 0; i < s.out_h(); ++i)
      for (std::int64_t j = 0; j < s.out_w(); ++j, ++out) {
        const PoolWindow window(s, i, j);
        double sum = 0;
        for (std::int64_t row = window.top; row < window.bottom; ++row)
          for (std::int64_t col = window.left; col < window.right; ++col)
            sum += a.x[(plane * s.h + row) * s.w + col];
        a.y[out] = static_cast<T>(sum / divisor<double>(window, a.count_include_pad));
      }
}

template <class T>
void avg_pool2d_backward(const AvgPool2dBackward<T>& a) {
  const PoolShape& s = a.s;
  std::vector<double> dx(static_cast<std::size_t>(s.planes * s.h * s.w));
  std::int64_t out = 0;
  for (std::int64_t plane = 0; plane < s.planes; ++plane)
    for (std::int64_t i = 0; i < s.out_h(); ++i)
      for (std::int64_t j = 0; j < s.out_w(); ++j, ++out) {
        const PoolWindow window(s, i, j);
        for (std::int64_t row = window.top; row < window.bottom; ++row)
          for (std::int64_t col = window.left; col < window.right; ++col)
            dx[static_cast<std::size_t>((plane * s.h + row) * s.w + col)] +=
                a.dy[out] / divisor<double>(window, a.count_include_pad);
      }
  for (std::size_t i = 0; i < dx.size(); ++i) a.dx[i] = static_cast<T>(dx[i]);
}

NORMA_INSTANTIATE(avg_pool2d_forward, AvgPool2dForward)
NORMA_INSTANTIATE(avg_pool2d_backward, AvgPool2dBackward)

}  // namespace norma::reference
