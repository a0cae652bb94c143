// The beginning and the end of a training step on a GPU.
//
// MAPPING  one block; begin_step copies the batch's indices, thread by thread
// MEMORY   48 bytes of the state, 8 bytes per image; 24 bytes of the score
// REQUIRES one block: every thread reads state.next before one of them writes the state
#include "kernels/optim/begin_step.h"

#include "kernels/cuda/grid.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <class T>
__global__ void __launch_bounds__(block_threads) begin_step_kernel(BeginStep<T> a) {
  const StepState row = a.table[a.state->next];
  __syncthreads();
  if (threadIdx.x == 0) *a.state = row;
  const std::int64_t* const from = a.order + row.batch * a.batch_size;
  for (long long i = threadIdx.x; i < a.n; i += block_threads) a.indices[i] = from[i];
}

template <class T>
__global__ void __launch_bounds__(block_threads) keep_score_kernel(KeepScore<T> a) {
  const std::int64_t slot = a.state != nullptr ? a.state->slot : a.slot;
  if (thread_in_grid() == 0) a.losses[slot] = *a.loss, a.rights[slot] = *a.right;
  for (long long i = thread_in_grid(); i < a.count; i += threads_in_grid())
    a.all_scores[slot * a.stride + i] = a.scores[i];
}

}  // namespace

template <class T>
void begin_step(const BeginStep<T>& a) {
  launch(begin_step_kernel<T>, {.block = block_threads}, a);
}

template <class T>
void keep_score(const KeepScore<T>& a) {
  launch(keep_score_kernel<T>, {.grid = blocks_for(a.count), .block = block_threads}, a);
}

NORMA_INSTANTIATE(begin_step, BeginStep)
NORMA_INSTANTIATE(keep_score, KeepScore)

}  // namespace norma::NORMA_EXECUTOR
