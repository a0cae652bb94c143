// Tensor cores: a warp multiplies 16 lines of a matrix A with 8 lines of a matrix B (mma.sync),
//
//   sum[16 × 8] += Σ_k A(i, k)·B(j, k)
//
// of factors that are rounded to tf32 or bf16. Sums are float. Each lane holds a part of every matrix:
//
//   lane = 4·g + q         A: lines g and g + 8       B: line g
//                          at depths q and q + 4         at depths q and q + 4, in steps of eight
//
//   sum.at[0], sum.at[1]   (i, j) = (g, 2q), (g, 2q + 1)
//   sum.at[2], sum.at[3]            (g + 8, 2q), (g + 8, 2q + 1)
//
// m16n8k16 for bf16 wants depths 2q, 2q + 1, 2q + 8 and 2q + 9 in lane q. It gets q, q + 4, q + 8 and q + 12
// of both factors: another order of the same sum, so that both precisions load their numbers alike.
//
// Before compute capability 8.0 shuffles do the same, slowly.
#pragma once

#include <cstdint>

#include "core/precision.h"
#include "kernels/cuda/pack.cuh"

namespace norma::NORMA_EXECUTOR {

/// A lane's part of 16 lines × 8 of depth: lines g, g + 8, g, g + 8 at depths q, q, q + 4, q + 4.
struct Lines16 {
  float at[4];
};
/// Of 8 lines: line g at depths q, q + 4.
struct Lines8 {
  float at[2];
};
/// Of the 16 × 8 sums.
struct Sums16x8 {
  float at[4] = {};
};

// ── The instructions ───────────────────────────────────────────────────────────────────────────────────────

__device__ __forceinline__ std::uint32_t to_tf32(float value) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  std::uint32_t bits;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(value));
  return bits;
#else
  return std::bit_cast<std::uint32_t>(round_to(Precision::tf32, value));
#endif
}

/// Two bf16 in a word, the first in its lower half.
__device__ __forceinline__ std::uint32_t to_bf16(float first, float second) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  std::uint32_t bits;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(bits) : "f"(second), "f"(first));
  return bits;
#else
  return std::bit_cast<std::uint32_t>(round_to(Precision::bf16, first)) >> 16 |
         std::bit_cast<std::uint32_t>(round_to(Precision::bf16, second));
#endif
}

/// A factor for a product that no tensor core makes: round_to with the instructions above.
__device__ __forceinline__ float rounded(Precision precision, float value) {
  if (precision == Precision::tf32) return std::bit_cast<float>(to_tf32(value));
  return precision == Precision::bf16 ? std::bit_cast<float>(to_bf16(0, value)) : value;
}
__device__ __forceinline__ double rounded(Precision /*precision*/, double value) { return value; }

#if defined(__CUDACC__) && (!defined(__CUDA_ARCH__) || __CUDA_ARCH__ < 800)

// The number at `depth` (0 … 7) of line `line` of a fragment, which another lane holds.
template <int Words>
__device__ __forceinline__ float element_of(const std::uint32_t (&words)[Words], int line, int depth) {
  const int lane = line % 8 * 4 + depth % 4;
  float found = 0;
#pragma unroll
  for (int w = 0; w < Words; ++w) {
    const std::uint32_t word = __shfl_sync(0xffffffffu, words[w], lane);
    if (w == (Words == 4 ? line / 8 + depth / 4 * 2 : depth / 4)) found = __uint_as_float(word);
  }
  return found;
}

#endif

__device__ __forceinline__ void mma_tf32(Sums16x8& sum, const std::uint32_t (&a)[4],
                                         const std::uint32_t (&b)[2]) {
#ifndef __CUDACC__
  mma_sync_m16n8k8_tf32(sum.at, a, b);
#elif __CUDA_ARCH__ >= 800
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
      "{%0, %1, %2, %3};"
      : "+f"(sum.at[0]), "+f"(sum.at[1]), "+f"(sum.at[2]), "+f"(sum.at[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
  const int g = static_cast<int>(threadIdx.x) % 32 / 4, q = static_cast<int>(threadIdx.x) % 4;
#pragma unroll 1
  for (int depth = 0; depth < 8; ++depth)
#pragma unroll
    for (int i = 0; i < 4; ++i)
      sum.at[i] += element_of(a, g + i / 2 * 8, depth) * element_of(b, 2 * q + i % 2, depth);
#endif
}

__device__ __forceinline__ void mma_bf16(Sums16x8& sum, const std::uint32_t (&a)[4],
                                         const std::uint32_t (&b)[2]) {
#ifndef __CUDACC__
  mma_sync_m16n8k16_bf16(sum.at, a, b);
#elif __CUDA_ARCH__ >= 800
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
      "{%0, %1, %2, %3};"
      : "+f"(sum.at[0]), "+f"(sum.at[1]), "+f"(sum.at[2]), "+f"(sum.at[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
  // Words 0 and 1 of A hold two depths of lines g and g + 8 each, words 2 and 3 two more: as tf32 twice.
  const auto upper = [](std::uint32_t word) { return word & 0xffff0000u; };
  const auto lower = [](std::uint32_t word) { return word << 16; };
  mma_tf32(sum, {lower(a[0]), lower(a[1]), upper(a[0]), upper(a[1])}, {lower(b[0]), upper(b[0])});
  mma_tf32(sum, {lower(a[2]), lower(a[3]), upper(a[2]), upper(a[3])}, {lower(b[1]), upper(b[1])});
#endif
}

// ── What kernels call ──────────────────────────────────────────────────────────────────────────────────────

/// Adds the products of one or two steps of eight of depth. The 32 lanes of a warp call it together.
template <Precision P, int Steps>
__device__ __forceinline__ void multiply_add(Sums16x8& sum, const Lines16 (&a)[Steps],
                                             const Lines8 (&b)[Steps]) {
  static_assert(P != Precision::exact && Steps <= 2);
  if constexpr (P == Precision::bf16) {
    constexpr int last = Steps - 1;  // a single step is multiplied with zeros after it
    const auto second = [](std::uint32_t word) { return Steps == 2 ? word : 0; };
    mma_bf16(sum,
             {to_bf16(a[0].at[0], a[0].at[2]), to_bf16(a[0].at[1], a[0].at[3]),
              second(to_bf16(a[last].at[0], a[last].at[2])), second(to_bf16(a[last].at[1], a[last].at[3]))},
             {to_bf16(b[0].at[0], b[0].at[1]), second(to_bf16(b[last].at[0], b[last].at[1]))});
  } else {
#pragma unroll
    for (int step = 0; step < Steps; ++step)
      mma_tf32(
          sum,
          {to_tf32(a[step].at[0]), to_tf32(a[step].at[1]), to_tf32(a[step].at[2]), to_tf32(a[step].at[3])},
          {to_tf32(b[step].at[0]), to_tf32(b[step].at[1])});
  }
}

/// Calls f.operator()<P>() with a precision, which is not exact, as a constant.
template <class F>
void with_rounding(Precision precision, F&& f) {
  if (precision == Precision::bf16)
    f.template operator()<Precision::bf16>();
  else
    f.template operator()<Precision::tf32>();
}

/// Four matrices of 8 rows × 4 floats from shared memory (ldmatrix): lane l gets number l % 4 of row l / 4 of
/// each. Lanes 8·m … 8·m + 7 bring the addresses of the rows of matrix m, multiples of 16 bytes.
__device__ __forceinline__ void load_matrices(const float* row, float (&numbers)[4]) {
#ifndef __CUDACC__
  std::uint32_t words[4];
  ldmatrix_x4(row, words);
#pragma unroll
  for (int m = 0; m < 4; ++m) numbers[m] = std::bit_cast<float>(words[m]);
#elif __CUDA_ARCH__ >= 800
  std::uint32_t words[4];
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(words[0]), "=r"(words[1]), "=r"(words[2]), "=r"(words[3])
               : "r"(static_cast<unsigned>(__cvta_generic_to_shared(row)))
               : "memory");
#pragma unroll
  for (int m = 0; m < 4; ++m) numbers[m] = __uint_as_float(words[m]);
#else
  const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
  for (int m = 0; m < 4; ++m) {
    const auto address =
        __shfl_sync(0xffffffffu, reinterpret_cast<unsigned long long>(row), 8 * m + lane / 4);
    numbers[m] = reinterpret_cast<const float*>(address)[lane % 4];
  }
#endif
}

/// A lane's part of 16 lines of a tile[line][depth], 16 of depth.
template <int Packs>
__device__ __forceinline__ void load_lines(const Pack<float, 4> (*tile)[Packs], Lines16 (&lines)[2]) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
  for (int step = 0; step < 2; ++step)
    load_matrices(tile[lane % 8 + lane / 8 % 2 * 8][lane / 16 + 2 * step].at, lines[step].at);
}

/// Of 8 lines.
template <int Packs>
__device__ __forceinline__ void load_lines(const Pack<float, 4> (*tile)[Packs], Lines8 (&lines)[2]) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  float numbers[4];
  load_matrices(tile[lane % 8][lane / 8].at, numbers);
#pragma unroll
  for (int i = 0; i < 4; ++i) lines[i / 2].at[i % 2] = numbers[i];
}

}  // namespace norma::NORMA_EXECUTOR
