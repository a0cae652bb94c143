// Log-softmax on a GPU.
//
// MATH     y = (x − max) − log Σ exp(x − max); dx = dy − exp(y)·Σ dy
// MAPPING  one warp per row: 10 classes keep 10 lanes busy, 1000 classes take 32 turns
//
//            x   │ row 0: class 0 1 … 9 │ row 1: class 0 1 … 9 │ …
//                  warp 0, lane 0 1 … 9   warp 1, lane 0 1 … 9
//
// MEMORY   a row is read from memory once and from the L1 cache twice more; the result is written once
// NUMERICS in T; subtracting the largest first keeps exp from overflowing; sums over lanes by butterfly
// REQUIRES whole warps reach warp_max and warp_sum
// COST     x 3.00 ×, dy 2.00 ×, y 1.00 ×; 10 shuffles per thread forward, 5 backward. Rows of ten classes are
//          a millionth of a step's work
#include "kernels/loss/log_softmax.h"

#include "kernels/cuda/team.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <class T>
__global__ void __launch_bounds__(block_threads) log_softmax_forward_warp_per_row(LogSoftmaxForward<T> a) {
  for (long long row = warp_in_grid(); row < a.rows; row += warps_in_grid()) {
    const T* const x = a.x + row * a.classes;
    acc_t<T> largest = -static_cast<acc_t<T>>(INFINITY);
    for (long long i = lane_in_warp(); i < a.classes; i += 32) largest = max(largest, acc_t<T>{x[i]});
    largest = warp_max(largest);
    acc_t<T> sum = 0;
    for (long long i = lane_in_warp(); i < a.classes; i += 32) sum += exp(x[i] - largest);
    const acc_t<T> log_sum = log(warp_sum(sum));
    for (long long i = lane_in_warp(); i < a.classes; i += 32)
      a.y[row * a.classes + i] = static_cast<T>((x[i] - largest) - log_sum);
  }
}

template <class T>
__global__ void __launch_bounds__(block_threads) log_softmax_backward_warp_per_row(LogSoftmaxBackward<T> a) {
  for (long long row = warp_in_grid(); row < a.rows; row += warps_in_grid()) {
    const long long begin = row * a.classes + lane_in_warp(), end = (row + 1) * a.classes;
    acc_t<T> sum = 0;
    for (long long i = begin; i < end; i += 32) sum += a.dy[i];
    sum = warp_sum(sum);
    for (long long i = begin; i < end; i += 32)
      a.dx[i] = static_cast<T>(a.dy[i] - exp(acc_t<T>{a.y[i]}) * sum);
  }
}

}  // namespace

template <class T>
void log_softmax_forward(const LogSoftmaxForward<T>& a) {
  launch(log_softmax_forward_warp_per_row<T>, {.grid = blocks_for_warps(a.rows), .block = block_threads}, a);
}

template <class T>
void log_softmax_backward(const LogSoftmaxBackward<T>& a) {
  launch(log_softmax_backward_warp_per_row<T>, {.grid = blocks_for_warps(a.rows), .block = block_threads}, a);
}

NORMA_INSTANTIATE(log_softmax_forward, LogSoftmaxForward)
NORMA_INSTANTIATE(log_softmax_backward, LogSoftmaxBackward)

}  // namespace norma::NORMA_EXECUTOR
