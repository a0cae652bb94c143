// A function of two elements on a GPU, the second from a smaller array that is repeated.
//
// MATH     y[a, b, c, d] = f(x[a, b, c, d], v[a, c])
// MAPPING  where v has the size of x: kernels/cuda/map.cuh. Else one thread per pack of W elements, the grid
//          in strides
//
//            x   │ row (a, b, c) of D elements │ row (a, b, c + 1) │ …
//          thread   0 1 2 …                      D/W …                  a pack lies in one row: one v for all
//
// MEMORY   x read and y written once, 16 bytes per access where D allows; v mostly from the cache
// NUMERICS elements do not meet: any grid gives the same bits
// REQUIRES W > 1: D a multiple of W and the arrays 16-byte aligned
#include "kernels/cuda/map.cuh"
#include "kernels/tensor/combine_math.h"

namespace norma::NORMA_EXECUTOR {
namespace {

template <CombineFunction function>
struct Both {
  template <class T>
  __device__ void operator()(T x, T v, T& y) const {
    y = combination::value<function>(x, v);
  }
};

template <int W, CombineFunction function, class T>
__global__ void __launch_bounds__(block_threads) combine_repeated(Combine<T> args) {
  const auto [a, b, c, d] = args.repeat;
  for (long long i = W * thread_in_grid(); i < a * b * c * d; i += W * threads_in_grid()) {
    const long long row = i / d;
    const T v = args.v[row / (b * c) * c + row % c];
    Pack<T, W> pack{};
    if constexpr (function != CombineFunction::second) pack = load_pack<W>(args.x + i);
#pragma unroll
    for (int k = 0; k < W; ++k) pack.at[k] = combination::value<function>(pack.at[k], v);
    store_pack(args.y + i, pack);
  }
}

}  // namespace

template <class T>
void combine(const Combine<T>& args) {
  const long long count = args.repeat.large();
  if (count == 0) return;
  combination::with_function(args.function, [&](auto f) {
    constexpr CombineFunction function = decltype(f)::value;
    if (args.repeat.small() == count && function != CombineFunction::second)
      return map(count, Both<function>{}, In{args.x}, In{args.v}, Out{args.y});
    with_width<T>(access_width<T>(args.repeat.d, args.x, args.y), [&](auto w) {
      launch(combine_repeated<w(), function, T>,
             {.grid = blocks_for(divide_up(count, w())), .block = block_threads}, args);
    });
  });
}

NORMA_INSTANTIATE(combine, Combine)

}  // namespace norma::NORMA_EXECUTOR
