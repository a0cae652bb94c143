// map: the one kernel behind every elementwise operation. An operation is a function of one element,
//
//   struct Relu {
//     template <class T>
//     __device__ void operator()(T x, T& y) const { y = x < 0 ? T{0} : x; }
//   };
//   map(a.count, Relu{}, In{a.x}, Out{a.y});
//
// and its arrays say how they are used: In is read, Out is written, InOut is read and then written.
//
// MATH     f(a[i], b[i], …) for all i
// MAPPING  one thread per pack, the grid in strides; the last count % W elements go one by one
//
//            a   │ 0 1 2 3 │ 4 5 6 7 │ … │ 124 … 127 │ … │ 1020 … 1023 │ 1024 …
//          thread     0         1     …       31     …        255          256
//                  └────────── warp 0 ──────────────┘
//                  └──────────────── block 0 ─────────────────────────┘
//
// MEMORY   every array once, 16 bytes per access (W = 4 floats, 2 doubles) where all arrays begin at
//          multiples of 16 bytes, else element by element (W = 1), coalesced either way
// NUMERICS elements do not meet: any grid gives the same bits
// REQUIRES arrays are the same or do not overlap
// COST     every array 1.00 ×, sectors the fewest; no barrier, no shuffle
#pragma once

#include "kernels/cuda/grid.cuh"
#include "kernels/cuda/pack.cuh"

namespace norma::NORMA_EXECUTOR {

template <class T>
struct In {
  const T* data;
};
template <class T>
struct Out {
  T* data;
};
template <class T>
struct InOut {
  T* data;
};
// What C++20 deduces by itself, and Clang 16 does not yet.
template <class T>
In(const T*) -> In<T>;
template <class T>
Out(T*) -> Out<T>;
template <class T>
InOut(T*) -> InOut<T>;

// A pack of one array on its way through f.
template <int W, class Array>
struct PackOf;

template <int W, class T>
struct PackOf<W, In<T>> {
  Pack<T, W> pack;
  __device__ PackOf(In<T> a, long long i) : pack(load_pack<W>(a.data + i)) {}
  __device__ void store(In<T>, long long) const {}
};
template <int W, class T>
struct PackOf<W, Out<T>> {
  Pack<T, W> pack;
  __device__ PackOf(Out<T>, long long) {}
  __device__ void store(Out<T> a, long long i) const { store_pack(a.data + i, pack); }
};
template <int W, class T>
struct PackOf<W, InOut<T>> {
  Pack<T, W> pack;
  __device__ PackOf(InOut<T> a, long long i) : pack(load_pack<W>(a.data + i)) {}
  __device__ void store(InOut<T> a, long long i) const { store_pack(a.data + i, pack); }
};

/// f on the elements i … i + W − 1.
template <int W, class F, class... Array>
__device__ __forceinline__ void map_pack(long long i, const F& f, Array... array) {
  [&](auto... of) {
#pragma unroll
    for (int k = 0; k < W; ++k) f(of.pack.at[k]...);
    (of.store(array, i), ...);
  }(PackOf<W, Array>(array, i)...);
}

template <int W, class F, class... Array>
__global__ void __launch_bounds__(block_threads) map_kernel(long long count, F f, Array... array) {
  const long long packs = count / W;
  for (long long i = thread_in_grid(); i < packs; i += threads_in_grid()) map_pack<W>(i * W, f, array...);
  for (long long i = packs * W + thread_in_grid(); i < count; i += threads_in_grid())
    map_pack<1>(i, f, array...);
}

template <class F, template <class> class... Array, class T>
void map(long long count, F f, Array<T>... array) {
  if (count == 0) return;
  with_width<T>(aligned_for_packs(array.data...) ? pack_width<T> : 1, [&](auto w) {
    launch(&map_kernel<w(), F, Array<T>...>,
           {.grid = blocks_for(divide_up(count, w())), .block = block_threads}, count, f, array...);
  });
}

}  // namespace norma::NORMA_EXECUTOR
