// mma.sync and ldmatrix: what the 32 lanes of a warp do as one, with matrices that lie across their
// registers.
#pragma once

#include <array>
#include <cstdint>

#include "kernels/simt/collectives.h"

namespace norma::simt {

/// What a lane brings to mma.sync: addresses of its registers.
struct LaneFragments {
  const std::uint32_t* a;
  const std::uint32_t* b;
  float* c;  ///< the four sums, which are added to
};

/// What a lane brings to ldmatrix, and where it gets its words.
struct LaneRow {
  const void* row;  ///< 16 bytes of shared memory; lanes 8·m … 8·m + 7 name the rows of matrix m
  std::uint32_t* words;
};

/// Products of tf32, of which the unit reads the upper 19 bits. They are added in double and rounded once;
/// a GPU rounds after every few products, so that last digits differ.
void multiply_tf32(const std::array<LaneFragments*, 32>& lanes);
/// The same with pairs of bf16.
void multiply_bf16(const std::array<LaneFragments*, 32>& lanes);
/// Lane l gets word l % 4 of row l / 4 of each of four matrices.
void load_matrices(const std::array<LaneRow*, 32>& lanes);

/// The instructions. All 32 lanes of a warp take part.
void mma_sync_m16n8k8_tf32(float (&c)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                           const Site& where = Site::current());
void mma_sync_m16n8k16_bf16(float (&c)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                            const Site& where = Site::current());
/// `row` is in shared memory, at a multiple of 16 bytes.
void ldmatrix_x4(const void* row, std::uint32_t (&words)[4], const Site& where = Site::current());

}  // namespace norma::simt
