// 3×3 convolutions with stride 1 in float, by tiles of 8 × 8 pixels that lie in shared memory with their
// surroundings: a number that is fetched once serves nine taps and all output channels of the block. Forward
// and backward data are one kernel (correlate_3x3); backward weight is the other (weight_gradient_3x3).
#pragma once

#include "kernels/conv/conv2d_views.cuh"

namespace norma::NORMA_EXECUTOR {

inline constexpr int tile_side = 8, halo_side = tile_side + 2;
inline constexpr int halo_packs = 3;  // a row of 10 floats and 2 of filling: rows of whole packs

/// Channels, height and width of an image.
struct Volume {
  int c, h, w;
  __host__ __device__ int tiles_h() const { return (h + tile_side - 1) / tile_side; }
  __host__ __device__ int tiles_w() const { return (w + tile_side - 1) / tile_side; }
};

/// weight[k, c, tap] in memory: the nine taps side by side, in order or, flipped, from the last to the first.
struct Weight3x3 {
  const float* data;
  long long k_stride, c_stride;
  bool flipped;
  __device__ float operator()(int k, int c, int tap) const {
    return data[k * k_stride + c * c_stride + (flipped ? 8 - tap : tap)];
  }
};

/// y[n, k, i, j] = bias[k] + Σ_{c,u,v} weight(k, c, u, v)·x[n, c, i + u − pad_h, j + v − pad_w], with zeros
/// outside x. Backward data is this too, with dy for x and the weight's channels exchanged and taps flipped.
struct Correlation3x3 {
  int images;
  Volume in, out;  ///< of x and of y
  int pad_h, pad_w;
  const float* x;
  Weight3x3 weight;
  const float* bias;  ///< [K] or nullptr
  float* y;
};

/// Where tile number `tile` of images lies.
struct TilePlace {
  int n, row, column;
  __device__ TilePlace(int tile, const Volume& image) {
    const int tiles_w = image.tiles_w(), tiles_h = image.tiles_h(), above = tile / tiles_w;
    column = (tile - above * tiles_w) * tile_side;
    n = above / tiles_h;
    row = (above - n * tiles_h) * tile_side;
  }
};

// Brings squares of `Side` × `Side` pixels from `row` and `column` on into shared memory, of `Channels`
// channels from `first_c` on; zeros outside of image n. Rows and planes begin at multiples of so many packs.
template <int Channels, int Side>
__device__ __forceinline__ void load_squares(const float* x, int n, const Volume& image, int first_c, int row,
                                             int column, Pack<float, 4>* squares, int row_packs,
                                             int plane_packs) {
  for (int at = static_cast<int>(threadIdx.x); at < Channels * Side * Side; at += 128) {
    const int j = at % Side, i = at / Side % Side, c = at / (Side * Side);
    const int from_c = first_c + c, from_i = row + i, from_j = column + j;
    const bool inside =
        from_c < image.c && from_i >= 0 && from_i < image.h && from_j >= 0 && from_j < image.w;
    squares[c * plane_packs + i * row_packs + j / 4].at[j % 4] =
        inside ? x[((static_cast<long long>(n) * image.c + from_c) * image.h + from_i) * image.w + from_j]
               : 0.0f;
  }
}

// MATH     Correlation3x3
// MAPPING  a block of 128 threads: 8·G channels of y on 8/G tiles of 8 × 8 pixels; a thread: 8 channels
//          of four pixels in a row
//
//            one tile and its halo            thread (tile, group, half, row), row fastest:
//            ┌──────────────────────┐
//            │ . . . . . . . . . .  │           row 0   │ half 0: 4 pixels │ half 1: 4 pixels │
//            │ . ┌───────┬───────┐ .│           row 1   │        …         │                  │
//            │ . │ half 0│ half 1│ .│           …           × channels 8·group … 8·group + 7
//            │ . │       │       │ .│
//            │ . └───────┴───────┘ .│         a row of taps (u) of one input channel: 2 + 6 loads of 16 bytes
//            │ . . . . . . . . . .  │         from shared memory for 96 multiply-adds
//            └──────────────────────┘
//
// MEMORY   x is read once for each 8·G channels of y, plus halos (100 pixels for 64, mostly from the caches);
//          weight once a block; y is written once, 16 bytes per access where its rows allow.
//          Shared: rows are 3 packs apart, so that 8 lanes on 8 rows touch all 32 banks; no conflicts
// NUMERICS float; the sum runs over channels, then rows, then columns of taps: one order for any grid
// REQUIRES every thread reaches each barrier; blockDim.x = 128
// COST     x 1.26 ×, weight once per block, y 1.00 ×; 9.5 sectors per read where 3.3 would do, for rows of
//          ten pixels begin anywhere; of the passes over shared memory 5.3 % are conflicts
template <int G>
__global__ void __launch_bounds__(128, 4) correlate_3x3(Correlation3x3 a, bool wide) {
  constexpr int tiles = 8 / G, depth = 4;  // input channels at a time
  using Source = Pack<float, 4>[tiles][depth][halo_side][halo_packs];
  using Weight = Pack<float, 4>[depth][9][2 * G + 1];  // + 1: nine taps on their way in meet fewer conflicts
  NORMA_SHARED(Source, source);
  NORMA_SHARED(Weight, weight);
  const int t = static_cast<int>(threadIdx.x), row = t % 8, half = t / 8 % 2, group = t / 16 % G,
            mine = t / (16 * G);
  const int first_tile = static_cast<int>(blockIdx.x) * tiles, first_k = static_cast<int>(blockIdx.y) * 8 * G;

  float sum[8][4] = {};
  for (int first_c = 0; first_c < a.in.c; first_c += depth) {
    // four channels of all tiles, and of the weight
#pragma unroll 1  // registers are for the sums
    for (int tile = 0; tile < tiles; ++tile) {
      const TilePlace place(first_tile + tile, a.out);
      const Volume image = place.n < a.images ? a.in : Volume{};  // behind the last image all is zero
      load_squares<depth, halo_side>(a.x, place.n, image, first_c, place.row - a.pad_h,
                                     place.column - a.pad_w, &source[tile][0][0][0], halo_packs,
                                     halo_side * halo_packs);
    }
    for (int at = t; at < 8 * G * depth * 9; at += 128) {
      const int tap = at % 9, c = at / 9 % depth, k = at / (9 * depth);
      const bool exists = first_k + k < a.out.c && first_c + c < a.in.c;
      weight[c][tap][k / 4].at[k % 4] = exists ? a.weight(first_k + k, first_c + c, tap) : 0.0f;
    }
    __syncthreads();

    // multiply
#pragma unroll 1
    for (int c = 0; c < depth; ++c)
#pragma unroll
      for (int u = 0; u < 3; ++u) {
        const Pack<float, 4> left = source[mine][c][row + u][half],
                             right = source[mine][c][row + u][half + 1];
        const float x[6] = {left.at[0], left.at[1], left.at[2], left.at[3], right.at[0], right.at[1]};
#pragma unroll
        for (int v = 0; v < 3; ++v) {
          const Pack<float, 4> w[2] = {weight[c][3 * u + v][2 * group], weight[c][3 * u + v][2 * group + 1]};
#pragma unroll
          for (int k = 0; k < 8; ++k)
#pragma unroll
            for (int p = 0; p < 4; ++p) sum[k][p] += w[k / 4].at[k % 4] * x[p + v];
        }
      }
    __syncthreads();  // before the next four
  }

  // store
  const TilePlace place(first_tile + mine, a.out);
  const int i = place.row + row, j = place.column + 4 * half;
  if (place.n >= a.images || i >= a.out.h || j >= a.out.w) return;
#pragma unroll
  for (int n = 0; n < 8; ++n) {
    const int k = first_k + 8 * group + n;
    if (k >= a.out.c) return;
    const float bias = a.bias != nullptr ? a.bias[k] : 0.0f;
    float* const y = a.y + ((static_cast<long long>(place.n) * a.out.c + k) * a.out.h + i) * a.out.w + j;
    const Pack<float, 4> pack{sum[n][0] + bias, sum[n][1] + bias, sum[n][2] + bias, sum[n][3] + bias};
    if (wide) store_pack(y, pack);
#pragma unroll
    for (int p = 0; p < 4; ++p)
      if (!wide && j + p < a.out.w) y[p] = pack.at[p];
  }
}

template <int G>
void correlate_in_groups(const Correlation3x3& a) {
  const long long tiles = static_cast<long long>(a.images) * a.out.tiles_h() * a.out.tiles_w();
  const dim3 grid(static_cast<unsigned>(divide_up(tiles, 8 / G)),
                  static_cast<unsigned>(divide_up(a.out.c, 8 * G)));
  const bool wide = access_width<float>(a.out.w, a.y) == 4;
  launch(correlate_3x3<G>, {.grid = grid, .block = 128}, a, wide);
}

/// Runs a correlation with as many channels of y a block as there are, in eights, up to 64.
inline void correlate(const Correlation3x3& a) {
  if (a.images == 0 || a.out.c == 0) return;
  if (a.out.c <= 8) return correlate_in_groups<1>(a);
  if (a.out.c <= 16) return correlate_in_groups<2>(a);
  if (a.out.c <= 32) return correlate_in_groups<4>(a);
  correlate_in_groups<8>(a);
}

// ── Backward weight ────────────────────────────────────────────────────────────────────────────────────────

struct WeightGradient3x3 {
  int images;
  Volume in, out;  ///< of x and of dy
  int pad_h, pad_w;
  const float* dy;
  const float* x;
};

/// Element (k, tap·C + c) of the kernel below into dweight[k, c, tap], the one behind the last into dbias.
struct StoreTransposedTaps {
  StoreGradients<float> store;
  int c;
  __device__ void operator()(int k, int t, acc_t<float> sum) const {
    store(k, t < 9 * c ? t % c * 9 + t / c : t, sum);
  }
};

// MATH     dweight[k, c, u, v] = Σ_{n,i,j} dy[n, k, i, j]·x[n, c, i + u − pad_h, j + v − pad_w];
//          behind the last tap of a k, Σ dy: its dbias
// MAPPING  a block of 128 threads: 16 k × 16 c over a slice of the tiles of 8 × 8 pixels; a thread: one c and
//          two k, nine sums each
//
//            thread t:  c = t % 16, k = 2·(t / 16) and the next       slice s: tiles s·length …
//
//            row ρ of x's tile ── meets rows ρ, ρ − 1, ρ − 2 of dy's, which stay in registers:
//            10 numbers           u = 0    1      2                   3 + 2·2 loads for 144 multiply-adds
//
// MEMORY   dy is read once for each 16 c, x with its halo once for each 16 k; slices·K·(9·C + 1) sums are
//          written and read again by sum_slices. Shared: planes are 31 and 17 packs apart, so that 8 lanes on
//          8 planes touch all 32 banks
// NUMERICS float within a slice, slices in order in double; the shape alone decides the order
// REQUIRES every thread reaches each barrier; blockDim.x = 128
// COST     dy 1.00 ×, x 1.27 ×; 11.7 sectors per read where 3.9 would do; 4.4 % conflicts
template <class Store>
__global__ void __launch_bounds__(128)
    weight_gradient_3x3(WeightGradient3x3 a, int tiles, int length, Store store) {
  using Source = Pack<float, 4>[16][halo_side * halo_packs + 1];
  using Gradient = Pack<float, 4>[16][tile_side * 2 + 1];
  NORMA_SHARED(Source, source);
  NORMA_SHARED(Gradient, gradient);
  const int t = static_cast<int>(threadIdx.x), my_c = t % 16, my_k = t / 16 * 2;
  const int first_c = static_cast<int>(blockIdx.x) * 16, first_k = static_cast<int>(blockIdx.y) * 16;
  const int begin = static_cast<int>(blockIdx.z) * length, end = min(tiles, begin + length);

  float sum[2][9] = {}, total[2] = {};
  for (int tile = begin; tile < end; ++tile) {
    // a tile of dy, and of x with its halo
    const TilePlace place(tile, a.out);
    load_squares<16, halo_side>(a.x, place.n, a.in, first_c, place.row - a.pad_h, place.column - a.pad_w,
                                &source[0][0], halo_packs, halo_side * halo_packs + 1);
    load_squares<16, tile_side>(a.dy, place.n, a.out, first_k, place.row, place.column, &gradient[0][0], 2,
                                tile_side * 2 + 1);
    __syncthreads();

    // multiply
    Pack<float, 4> dy[2][3][2];  // rows of dy, two k; row i lies at i % 3
#pragma unroll
    for (int line = 0; line < halo_side; ++line) {
      Pack<float, 4> x[halo_packs];
#pragma unroll
      for (int q = 0; q < halo_packs; ++q) x[q] = source[my_c][line * halo_packs + q];
#pragma unroll
      for (int k = 0; k < 2; ++k) {
        if (line < tile_side)
#pragma unroll
          for (int q = 0; q < 2; ++q) {
            const Pack<float, 4> pack = dy[k][line % 3][q] = gradient[my_k + k][line * 2 + q];
            total[k] += (pack.at[0] + pack.at[1]) + (pack.at[2] + pack.at[3]);
          }
#pragma unroll
        for (int u = 0; u < 3; ++u)
          if (const int i = line - u; i >= 0 && i < tile_side)
#pragma unroll
            for (int v = 0; v < 3; ++v)
#pragma unroll
              for (int j = 0; j < tile_side; ++j)
                sum[k][3 * u + v] += dy[k][i % 3][j / 4].at[j % 4] * x[(j + v) / 4].at[(j + v) % 4];
      }
    }
    __syncthreads();  // before the next tile
  }

  // store
#pragma unroll
  for (int k = 0; k < 2; ++k) {
    const int out = first_k + my_k + k, c = first_c + my_c;
    if (out >= a.out.c || c >= a.in.c) continue;
#pragma unroll
    for (int tap = 0; tap < 9; ++tap) store(out, tap * a.in.c + c, sum[k][tap]);  // lanes side by side
    if (c == 0) store(out, 9 * a.in.c, total[k]);
  }
}

inline void weight_gradient(const WeightGradient3x3& a, const StoreGradients<float>& store) {
  const int tiles = a.images * a.out.tiles_h() * a.out.tiles_w();
  const unsigned c_blocks = static_cast<unsigned>(divide_up(a.in.c, 16)),
                 k_blocks = static_cast<unsigned>(divide_up(a.out.c, 16));
  const int wanted =
      std::clamp(std::min<int>(1024 / static_cast<int>(c_blocks * k_blocks), tiles / 4), 1, 512);
  const int length = std::max(1, static_cast<int>(divide_up(tiles, wanted)));
  const int slices = std::max(1, static_cast<int>(divide_up(tiles, length)));
  const int lines = 9 * a.in.c + 1;  // taps, and the sum of dy
  const DeviceScratch<acc_t<float>> partial(static_cast<long long>(slices) * a.out.c * lines);
  const dim3 grid(c_blocks, k_blocks, static_cast<unsigned>(slices));
  launch(weight_gradient_3x3<StoreSlice<float>>, {.grid = grid, .block = 128}, a, tiles, length,
         StoreSlice<float>{partial.data(), a.out.c, lines});
  launch(sum_slices<float, StoreTransposedTaps>,
         {.grid = blocks_for(static_cast<long long>(a.out.c) * lines), .block = block_threads}, slices,
         a.out.c, lines, partial.data(), StoreTransposedTaps{store, a.in.c});
}

}  // namespace norma::NORMA_EXECUTOR
