// The weight gradient of a 1×1 convolution: few numbers, each a sum over all pixels of all images.
#pragma once

#include "kernels/conv/conv2d_views.cuh"
#include "kernels/cuda/pack.cuh"
#include "kernels/cuda/team.cuh"

namespace norma::NORMA_EXECUTOR {

/// dweight[k, c] = Σ_{n,p} dy[n, k, p]·x[n, c, p], dbias[k] = Σ_{n,p} dy[n, k, p].
template <class T>
struct PointwiseGradient {
  int images, k, c, plane;
  const T* dy;
  const T* x;
};

inline constexpr int pointwise_k = 8, pointwise_c = 4;  // of a warp: 32 products, one per lane in the end

// Lane l gets the sum over the warp of element l.
//
//   lane          0 … 15         16 … 31       each of five steps exchanges half of the elements that are
//   keeps         0 … 15         16 … 31       left: 16 + 8 + 4 + 2 + 1 shuffles instead of 32 · 5
//   gives away   16 … 31          0 … 15
template <int Half = 16, class T>
__device__ __forceinline__ T transpose_sum(T (&elements)[32]) {
  const bool upper = (lane_in_warp() & Half) != 0;
#pragma unroll
  for (int i = 0; i < Half; ++i) {
    const T keep = upper ? elements[i + Half] : elements[i], give = upper ? elements[i] : elements[i + Half];
    elements[i] = keep + __shfl_xor_sync(all_lanes, give, Half);
  }
  if constexpr (Half > 1)
    return transpose_sum<Half / 2>(elements);
  else
    return elements[0];
}

// pointwise_weight_gradient
//
// MATH     PointwiseGradient
// MAPPING  a warp: 8 k × 4 c over a slice of the images' pixels, its lanes side by side along the pixels;
//          grid.z = slices
//
//            pixels ─▶   lane 0    lane 1    …  lane 31
//            dy, 8 k     4 pixels  4 pixels
//            x, 4 c      4 pixels  4 pixels             12 loads of 16 bytes for 128 multiply-adds
//
// MEMORY   dy is read once for each 4 c and x once for each 8 k, mostly from the L1 cache, where the warps of
//          a block meet; slices·K·(C + 1) sums are written and read again by sum_slices
// NUMERICS in T per lane, then a tree; slices of a leaf in double, leaves in T
// REQUIRES blockDim.x a multiple of 32; whole warps leave early
// COST     8 × 32 × 32 × 32 to 10 channels: x 2.00 ×, dy 13 ×, mostly from the caches, sectors the fewest; 36
//          shuffles per thread, no barrier
template <int W, class T, class Store>
__global__ void __launch_bounds__(block_threads)
    pointwise_weight_gradient(PointwiseGradient<T> a, int c_tiles, int tiles, int chunks, Slices slices,
                              Store store) {
  const int tile = static_cast<int>(blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32);
  if (tile >= tiles) return;
  const int first_k = tile / c_tiles * pointwise_k, first_c = tile % c_tiles * pointwise_c;
  int begin, end;
  slices.range(static_cast<int>(blockIdx.z), begin, end);

  acc_t<T> product[pointwise_k * pointwise_c] = {}, total[pointwise_k] = {};
  for (int chunk = begin; chunk < end; ++chunk) {
    const int n = chunk / chunks, pixel = ((chunk - n * chunks) * 32 + lane_in_warp()) * W;
    const bool inside = pixel < a.plane;
    const int near = inside ? pixel : 0;
    Pack<T, W> dy[pointwise_k], x[pointwise_c];
#pragma unroll
    for (int k = 0; k < pointwise_k; ++k) {
      const long long plane = static_cast<long long>(n) * a.k + min(first_k + k, a.k - 1);
      dy[k] = load_pack<W>(a.dy + plane * a.plane + near);
    }
#pragma unroll
    for (int c = 0; c < pointwise_c; ++c) {
      const long long plane = static_cast<long long>(n) * a.c + min(first_c + c, a.c - 1);
      x[c] = load_pack<W>(a.x + plane * a.plane + near);
    }
    if (!inside) continue;
#pragma unroll
    for (int k = 0; k < pointwise_k; ++k)
#pragma unroll
      for (int e = 0; e < W; ++e) {
        total[k] += dy[k].at[e];
#pragma unroll
        for (int c = 0; c < pointwise_c; ++c) product[k * pointwise_c + c] += dy[k].at[e] * x[c].at[e];
      }
  }

  const int lane = lane_in_warp(), k = first_k + lane / pointwise_c, c = first_c + lane % pointwise_c;
  const acc_t<T> sum = transpose_sum(product);
  if (k < a.k && c < a.c) store(k, c, sum);
  if (first_c != 0) return;
#pragma unroll
  for (int i = 0; i < pointwise_k; ++i) {
    const acc_t<T> all = warp_sum(total[i]);
    if (lane == 0 && first_k + i < a.k) store(first_k + i, a.c, all);
  }
}

/// Calls store(k, c, dweight[k, c]) and store(k, C, dbias[k]) for every k and c.
template <class T>
void weight_gradient(const PointwiseGradient<T>& a, const StoreGradients<T>& store) {
  const int c_tiles = static_cast<int>(divide_up(a.c, pointwise_c)),
            tiles = static_cast<int>(divide_up(a.k, pointwise_k)) * c_tiles;
  const unsigned warps = static_cast<unsigned>(std::min(tiles, static_cast<int>(block_warps))),
                 blocks = static_cast<unsigned>(divide_up(tiles, warps));
  with_width<T>(access_width<T>(a.plane, a.dy, a.x), [&](auto w) {
    constexpr int W = w();
    const int chunks = static_cast<int>(divide_up(a.plane, 32 * W));
    const Slices slices = slices_of_images(a.images, chunks, 1024, blocks, 8);
    const DeviceScratch<acc_t<T>> partial(static_cast<long long>(slices.count()) * a.k * (a.c + 1));
    launch(pointwise_weight_gradient<W, T, StoreSlice<T>>,
           {.grid = {blocks, 1, static_cast<unsigned>(slices.count())}, .block = 32 * warps}, a, c_tiles,
           tiles, chunks, slices, StoreSlice<T>{partial.data(), a.k, a.c + 1});
    sum_slices<T>(slices, a.k, a.c + 1, partial.data(), store);
  });
}

}  // namespace norma::NORMA_EXECUTOR
