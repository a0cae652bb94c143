// Dropout on a GPU, with the same mask as on the CPU: random numbers by counter, no state, nothing stored.
//
// MATH     y = x·keep/(1 − p); i is kept where random word first + i/run, as a number in [0, 1), is at
//          least p. The comparison is done in integers (keep.cuh)
// NUMERICS one multiplication in T: the same bits as the cpu executor's
#include "kernels/random/dropout.h"

#include "kernels/cuda/grid.cuh"
#include "kernels/cuda/pack.cuh"
#include "kernels/random/keep.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

// MAPPING  run = 1: a thread takes a pack of W elements, and draws the Philox block that has words for it
//
//            words of block   │ 0: w₀ w₁ w₂ w₃ │ 1: w₀ w₁ w₂ w₃ │ …
//            elements         │    0  1  2  3  │    4  5  6  7  │ …
//            thread, W = 4    │        0       │        1       │ …     float
//                    W = 2    │     0     1    │     2     3    │ …     double: two threads draw one block
//                    W = 1    │    0  1  2  3  │    4  5  6  7  │ …     not aligned: four do
//
// MEMORY   x read, y written, 16 bytes per access (W = 4, 2) or element by element (W = 1)
// COST     x and y 1.00 ×, sectors the fewest; some 60 integer instructions per pack
template <int W, class T>
__global__ void __launch_bounds__(block_threads) dropout_elements(DropElements<T> a, Keep keep, T scale) {
  const RandomSequence random = a.random.now();
  const auto kept = [&](T x, std::uint32_t word) { return keep(word) ? x * scale : T{0}; };
  const long long packs = a.count / W;
  for (long long i = thread_in_grid(); i < packs; i += threads_in_grid()) {
    const auto number = static_cast<std::uint64_t>(a.first + i * W);
    const auto word = random.block(number / 4);
    const unsigned mine = static_cast<unsigned>(number % 4);  // the first of my words
    Pack<T, W> pack = load_pack<W>(a.x + i * W);
#pragma unroll
    for (unsigned k = 0; k < W; ++k) {
      std::uint32_t w = word[k];
#pragma unroll
      for (unsigned first = W; first < 4; first += W) w = first == mine ? word[first + k] : w;
      pack.at[k] = kept(pack.at[k], w);
    }
    store_pack(a.y + i * W, pack);
  }
  for (long long i = packs * W + thread_in_grid(); i < a.count; i += threads_in_grid())
    a.y[i] = kept(a.x[i], random.word(static_cast<std::uint64_t>(a.first + i)));
}

// MAPPING  run > 1 (a channel's plane): one warp per run, lanes side by side; each draws the run's number
//
//            x   │ run 0 ────────── │ run 1 ────────── │ …
//                  warp 0, lanes       warp 1
//                  0 1 … 31 0 1 …
//
// MEMORY   x read, y written, W elements per access. A run that is dropped is not read
template <int W, class T>
__global__ void __launch_bounds__(block_threads) dropout_warp_per_run(DropElements<T> a, Keep keep, T scale) {
  const RandomSequence random = a.random.now();
  for (long long r = warp_in_grid(); r * a.run < a.count; r += warps_in_grid()) {
    const bool kept = keep(random.word(static_cast<std::uint64_t>(a.first + r)));
    for (long long i = r * a.run + W * lane_in_warp(); i < (r + 1) * a.run; i += 32 * W) {
      Pack<T, W> pack{};
      if (kept) pack = load_pack<W>(a.x + i);
#pragma unroll
      for (int k = 0; k < W; ++k) pack.at[k] *= scale;
      store_pack(a.y + i, pack);
    }
  }
}

}  // namespace

template <class T>
void dropout(const DropElements<T>& a) {
  if (a.count == 0) return;
  const Keep keep(a.p);
  const T scale = static_cast<T>(dropout_scale(a.p));
  // Single elements need no stretches: those beyond the last pack go one by one. But a pack needs the words
  // of one block.
  with_width<T>(access_width<T>(a.run == 1 ? a.first : a.run, a.x, a.y), [&](auto w) {
    if (a.run == 1)
      launch(dropout_elements<w(), T>, {.grid = blocks_for(divide_up(a.count, w())), .block = block_threads},
             a, keep, scale);
    else
      launch(dropout_warp_per_run<w(), T>,
             {.grid = blocks_for_warps(a.count / a.run), .block = block_threads}, a, keep, scale);
  });
}

NORMA_INSTANTIATE(dropout, DropElements)

}  // namespace norma::NORMA_EXECUTOR
