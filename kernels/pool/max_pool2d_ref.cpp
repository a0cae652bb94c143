#include <cmath>
#include <limits>
#include <vector>

#include "kernels/pool/max_pool2d.h"

namespace norma::reference {

template <class T>
void max_pool2d_forward(const MaxPool2dForward<T>& a) {
  const PoolShape& s = a.s;
  std::int64_t out = 0;
  for (std::int64_t plane = 0; plane < s.planes; ++plane)
    for (std::int64_t i = 0; i < s.out_h(); ++i)
      for (std::int64_t j = 0; j < s.out_w(); ++j, ++out) {
        const PoolWindow window(s, i, j);
        std::int64_t best = window.top * s.w + window.left;
        T largest = -std::numeric_limits<T>::infinity();
        for (std::int64_t row = window.top; row < window.bottom; ++row)
          for (std::int64_t col = window.left; col < window.right; ++col)
            if (const T v = a.x[(plane * s.h + row) * s.w + col]; v > largest || std::isnan(v))
              largest = v, best = row * s.w + col;
        a.y[out] = largest;
        a.index[out] = best;
      }
}

template <class T>
void max_pool2d_backward(const MaxPool2dBackward<T>& a) {
  const std::int64_t outputs = a.s.out_h() * a.s.out_w(), inputs = a.s.h * a.s.w;
  std::vector<double> dx(static_cast<std::size_t>(a.s.planes * inputs));
  for (std::int64_t i = 0; i < a.s.planes * outputs; ++i)
    dx[static_cast<std::size_t>(i / outputs * inputs + a.index[i])] += a.dy[i];
  for (std::size_t i = 0; i < dx.size(); ++i) a.dx[i] = static_cast<T>(dx[i]);
}

template <class T>
void max_pool2d_gather(const MaxPool2dGather<T>& a) {
  const std::int64_t outputs = a.s.out_h() * a.s.out_w(), inputs = a.s.h * a.s.w;
  for (std::int64_t i = 0; i < a.s.planes * outputs; ++i) a.y[i] = a.u[i / outputs * inputs + a.index[i]];
}

NORMA_INSTANTIATE(max_pool2d_forward, MaxPool2dForward)
NORMA_INSTANTIATE(max_pool2d_backward, MaxPool2dBackward)
NORMA_INSTANTIATE(max_pool2d_gather, MaxPool2dGather)

}  // namespace norma::reference
