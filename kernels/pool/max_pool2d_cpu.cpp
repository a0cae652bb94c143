// Max pooling on the CPU, a plane a piece. Memory-bound and rare in a network: plain loops do.
#include <algorithm>
#include <limits>

#include "core/parallel.h"
#include "kernels/pool/max_pool2d.h"

namespace norma::cpu {

template <class T>
void max_pool2d_forward(const MaxPool2dForward<T>& a) {
  const PoolShape& s = a.s;
  const std::int64_t out_h = s.out_h(), out_w = s.out_w();
  parallel_ranges(s.planes, 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t plane = begin; plane < end; ++plane) {
      const T* x = a.x + plane * s.h * s.w;
      std::int64_t out = plane * out_h * out_w;
      for (std::int64_t i = 0; i < out_h; ++i)
        for (std::int64_t j = 0; j < out_w; ++j, ++out) {
          const PoolWindow window(s, i, j);
          std::int64_t best = window.top * s.w + window.left;
          T largest = -std::numeric_limits<T>::infinity();
          for (std::int64_t row = window.top; row < window.bottom; ++row)
            for (std::int64_t at = row * s.w + window.left; at < row * s.w + window.right; ++at) {
              const bool wins = x[at] > largest || x[at] != x[at];  // larger, or NaN
              best = wins ? at : best;
              largest = wins ? x[at] : largest;
            }
          a.y[out] = largest;
          a.index[out] = best;
        }
    }
  });
}

template <class T>
void max_pool2d_backward(const MaxPool2dBackward<T>& a) {
  const std::int64_t outputs = a.s.out_h() * a.s.out_w(), inputs = a.s.h * a.s.w;
  parallel_ranges(a.s.planes, 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t plane = begin; plane < end; ++plane) {
      T* dx = a.dx + plane * inputs;
      std::fill_n(dx, inputs, T{0});
      for (std::int64_t i = plane * outputs; i < (plane + 1) * outputs; ++i) dx[a.index[i]] += a.dy[i];
    }
  });
}

template void max_pool2d_forward(const MaxPool2dForward<float>&);
template void max_pool2d_forward(const MaxPool2dForward<double>&);
template void max_pool2d_backward(const MaxPool2dBackward<float>&);
template void max_pool2d_backward(const MaxPool2dBackward<double>&);

}  // namespace norma::cpu
