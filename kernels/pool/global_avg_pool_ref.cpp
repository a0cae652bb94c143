#include "kernels/pool/global_avg_pool.h"

namespace norma::reference {

template <class T>
void global_avg_pool_forward(const GlobalAvgPoolForward<T>& a) {
  for (std::int64_t plane = 0; plane < a.planes; ++plane) {
    double sum = 0;
    for (std::int64_t i = 0; i < a.hw; ++i) sum += a.x[plane * a.hw + i];
    a.y[plane] = static_cast<T>(sum / static_cast<double>(a.hw));
  }
}

template <class T>
void global_avg_pool_backward(const GlobalAvgPoolBackward<T>& a) {
  for (std::int64_t i = 0; i < a.planes * a.hw; ++i)
    a.dx[i] = static_cast<T>(a.dy[i / a.hw] / static_cast<double>(a.hw));
}

NORMA_INSTANTIATE(global_avg_pool_forward, GlobalAvgPoolForward)
NORMA_INSTANTIATE(global_avg_pool_backward, GlobalAvgPoolBackward)

}  // namespace norma::reference
