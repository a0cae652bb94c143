// forward_thread_per_output: the definition, as a kernel. The usual first version.
//
// MATH     y[n, k, i, j] = bias[k] + Σ_{c,u,v} weight[k, c, u, v]·x[n, c, i + u − pad_h, j + v − pad_w]
// MAPPING  one thread per output, neighbouring threads side by side along j
// MEMORY   x is read 9·K times and the weight once for each pixel: two loads for each multiply-add. The
//          caches answer most of them, but a multiprocessor begins one load for every four multiply-adds at
//          best
// NUMERICS float, in the order of c, u, v
#include "kernels/conv/steps/correlation.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

__global__ void __launch_bounds__(block_threads) correlate_thread(Correlation3x3 a, long long outputs) {
  const long long output = blockIdx.x * static_cast<long long>(block_threads) + threadIdx.x;
  if (output >= outputs) return;
  const int j = static_cast<int>(output % a.out.w), i = static_cast<int>(output / a.out.w % a.out.h);
  const long long plane = output / (a.out.w * a.out.h);
  const int k = static_cast<int>(plane % a.out.c);
  const float* const x = a.x + plane / a.out.c * a.in.c * a.in.h * a.in.w;
  float sum = 0;
  for (int c = 0; c < a.in.c; ++c)
    for (int u = 0; u < 3; ++u)
      for (int v = 0; v < 3; ++v) {
        const int row = i + u - a.pad_h, column = j + v - a.pad_w;
        if (row >= 0 && row < a.in.h && column >= 0 && column < a.in.w)
          sum += *a.weight.at(k, c, 3 * u + v) * x[(c * a.in.h + row) * a.in.w + column];
      }
  a.y[output] = sum + (a.bias != nullptr ? a.bias[k] : 0.0f);
}

}  // namespace

void forward_thread_per_output(const Conv2dForward<float>& a) {
  const Correlation3x3 correlation = steps::correlation_of_step(a);
  const long long outputs = a.s.n * a.s.k * a.s.out_h() * a.s.out_w();
  if (outputs == 0) return;
  launch(correlate_thread,
         {.grid = static_cast<unsigned>(divide_up(outputs, block_threads)), .block = block_threads},
         correlation, outputs);
}

}  // namespace norma::NORMA_EXECUTOR
