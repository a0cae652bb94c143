// Sums over parts of an array on a GPU.
//
// MATH     y[a, c] = Σ x[a, b, c, d] over b and d
// MAPPING  D > 1: one block per sum; threads along D, one row (b) after the other
//
//            x   │ row b = 0 of D elements │ … other c … │ row b = 1 │ …
//          thread   0 1 2 … 255 0 1 …                       0 1 2 …
//
//          D = 1: one thread per sum; neighbours have neighbouring c
// MEMORY   x read once, coalesced; y written once
// NUMERICS in double, in an order that the sizes alone decide: the same bits on any GPU. Over images: leaves
//          in double, then a tree in T (kernels/cuda/images.cuh)
// COST     D > 1: 2 barriers and 5 shuffles per thread. A few long sums leave most of a GPU idle: it is
//          right, and not tuned
#include "kernels/tensor/sum.h"

#include "kernels/cuda/images.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <class T>
__global__ void __launch_bounds__(block_threads) sum_rows(Sum<T> args) {
  const auto [a, b, c, d] = args.repeat;
  for (long long i = blockIdx.x; i < a * c; i += gridDim.x) {
    const T* const first = args.x + (i / c * b * c + i % c) * d;
    stat_t sum = 0;
    for (long long row = 0; row < b; ++row)
      for (long long k = threadIdx.x; k < d; k += blockDim.x) sum += first[row * c * d + k];
    sum = block_sum(sum);
    if (threadIdx.x == 0) args.y[i] = static_cast<T>(sum);
  }
}

// A = 1, and B is `rows` rows of each image.
template <class T>
__global__ void __launch_bounds__(block_threads) sum_rows_of_images(Sum<T> args, Leaves leaves) {
  const auto [a, b, c, d] = args.repeat;
  const long long rows = b / args.images, channel = blockIdx.x;
  const T sum = sum_over_leaves<T, stat_t>(leaves, rows * d, [&, c = c, d = d](long long at) -> stat_t {
    const long long row = at / d;
    return args.x[(row * c + channel) * d + (at - row * d)];
  });
  if (threadIdx.x == 0) args.y[channel] = sum;
}

template <class T>
__global__ void __launch_bounds__(block_threads) sum_down(Sum<T> args) {
  const auto [a, b, c, d] = args.repeat;
  for (long long i = thread_in_grid(); i < a * c; i += threads_in_grid()) {
    stat_t sum = 0;
    for (long long row = 0; row < b; ++row) sum += args.x[(i / c * b + row) * c + i % c];
    args.y[i] = static_cast<T>(sum);
  }
}

template <class T>
struct LoadNumber {
  const T* x;
  unsigned columns;
  __device__ RoundedSum<T> operator()(unsigned row, unsigned column) const {
    return {x[static_cast<long long>(row) * columns + column], T{0}};
  }
};

template <class T>
struct StoreRounded {
  T* y;
  __device__ void operator()(unsigned, unsigned column, const RoundedSum<T>& sum) const {
    y[column] = sum.rounded;
  }
};

template <class T>
void sum_over_images(const Sum<T>& args) {
  const unsigned channels = static_cast<unsigned>(args.repeat.c);
  const Leaves leaves = leaves_of(static_cast<unsigned>(args.images));
  if (args.repeat.d > 1)
    return launch(sum_rows_of_images<T>, {.grid = channels, .block = block_threads}, args, leaves);
  merge_images<RoundedSum<T>>(leaves, static_cast<unsigned>(args.repeat.b / args.images), channels,
                              LoadNumber<T>{args.x, channels}, StoreRounded<T>{args.y});
}

}  // namespace

template <class T>
void sum(const Sum<T>& args) {
  const long long sums = args.repeat.small();
  if (sums == 0) return;
  if (args.images > 0) return sum_over_images(args);
  if (args.repeat.d == 1)
    launch(sum_down<T>, {.grid = blocks_for(sums), .block = block_threads}, args);
  else
    launch(sum_rows<T>, {.grid = static_cast<unsigned>(std::min(sums, 65535ll)), .block = block_threads},
           args);
}

NORMA_INSTANTIATE(sum, Sum)

}  // namespace norma::NORMA_EXECUTOR
