// Average pooling on the CPU, one plane per piece.
#include <algorithm>

#include "core/parallel.h"
#include "kernels/pool/avg_pool2d.h"

namespace norma::cpu {

template <class T>
void avg_pool2d_forward(const AvgPool2dForward<T>& a) {
  const PoolShape& s = a.s;
  parallel_ranges(s.planes, 16, [&](std::int64_t begin, std::int64_t end) {
    T* y = a.y + begin * s.out_h() * s.out_w();
    for (std::int64_t plane = begin; plane < end; ++plane)
      for (std::int64_t i = 0; i < s.out_h(); ++i)
        for (std::int64_t j = 0; j < s.out_w(); ++j) {
          const PoolWindow window(s, i, j);
          acc_t<T> sum = 0;
          for (std::int64_t row = window.top; row < window.bottom; ++row)
            for (std::int64_t col = window.left; col < window.right; ++col)
              sum += a.x[(plane * s.h + row) * s.w + col];
          *y++ = static_cast<T>(sum / divisor<double>(window, a.count_include_pad));
        }
  });
}

template <class T>
void avg_pool2d_backward(const AvgPool2dBackward<T>& a) {
  const PoolShape& s = a.s;
  parallel_ranges(s.planes, 16, [&](std::int64_t begin, std::int64_t end) {
    std::fill(a.dx + begin * s.h * s.w, a.dx + end * s.h * s.w, T{0});
    const T* dy = a.dy + begin * s.out_h() * s.out_w();
    for (std::int64_t plane = begin; plane < end; ++plane)
      for (std::int64_t i = 0; i < s.out_h(); ++i)
        for (std::int64_t j = 0; j < s.out_w(); ++j) {
          const PoolWindow window(s, i, j);
          const T share = static_cast<T>(*dy++ / divisor<double>(window, a.count_include_pad));
          for (std::int64_t row = window.top; row < window.bottom; ++row)
            for (std::int64_t col = window.left; col < window.right; ++col)
              a.dx[(plane * s.h + row) * s.w + col] += share;
        }
  });
}

NORMA_INSTANTIATE(avg_pool2d_forward, AvgPool2dForward)
NORMA_INSTANTIATE(avg_pool2d_backward, AvgPool2dBackward)

}  // namespace norma::cpu
