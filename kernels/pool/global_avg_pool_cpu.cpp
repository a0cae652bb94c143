// Global average pooling on the CPU.
#include <algorithm>

#include "core/parallel.h"
#include "kernels/pool/global_avg_pool.h"

namespace norma::cpu {

template <class T>
void global_avg_pool_forward(const GlobalAvgPoolForward<T>& a) {
  parallel_ranges(a.planes, 256, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t plane = begin; plane < end; ++plane) {
      double sum = 0;
#pragma omp simd reduction(+ : sum)
      for (std::int64_t i = 0; i < a.hw; ++i) sum += a.x[plane * a.hw + i];
      a.y[plane] = static_cast<T>(sum / static_cast<double>(a.hw));
    }
  });
}

template <class T>
void global_avg_pool_backward(const GlobalAvgPoolBackward<T>& a) {
  parallel_ranges(a.planes, 256, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t plane = begin; plane < end; ++plane)
      std::fill_n(a.dx + plane * a.hw, a.hw, static_cast<T>(a.dy[plane] / static_cast<double>(a.hw)));
  });
}

template void global_avg_pool_forward(const GlobalAvgPoolForward<float>&);
template void global_avg_pool_forward(const GlobalAvgPoolForward<double>&);
template void global_avg_pool_backward(const GlobalAvgPoolBackward<float>&);
template void global_avg_pool_backward(const GlobalAvgPoolBackward<double>&);

}  // namespace norma::cpu
