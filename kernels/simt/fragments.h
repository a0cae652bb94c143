// Which lane of a warp holds which element of the matrices of mma.sync, as the PTX manual has it ("Warp
// Level Matrix Multiply-Accumulate Instructions", sections "Matrix Fragments for mma.m16n8k8" and
// "… mma.m16n8k16"). The manual writes groupID for lane / 4 and threadID_in_group for lane % 4.
//
//   D[16 × 8] = A[16 × k] · B[k × 8] + C[16 × 8]
//
//                        row of A            column of A (k)
//   m16n8k8, tf32        groupID             threadID_in_group          a0
//                        groupID + 8         threadID_in_group          a1
//                        groupID             threadID_in_group + 4      a2
//                        groupID + 8         threadID_in_group + 4      a3
//   m16n8k16, bf16       groupID             threadID_in_group · 2 + i           a0 a1 (i = 0, 1)
//                        groupID + 8         threadID_in_group · 2 + i           a2 a3
//                        groupID             threadID_in_group · 2 + i + 8       a4 a5
//                        groupID + 8         threadID_in_group · 2 + i + 8       a6 a7
//
//                        row of B (k)                     column of B
//   m16n8k8, tf32        threadID_in_group                groupID       b0
//                        threadID_in_group + 4            groupID       b1
//   m16n8k16, bf16       threadID_in_group · 2 + i        groupID       b0 b1
//                        threadID_in_group · 2 + i + 8    groupID       b2 b3
//
//                        row of C and D      column of C and D
//   both                 groupID             threadID_in_group · 2 + i           c0 c1
//                        groupID + 8         threadID_in_group · 2 + i           c2 c3
//
// A register has 32 bits: one tf32, or two bf16, the one with the even number in the lower half.
#pragma once

namespace norma::simt {

/// An element of a matrix.
struct MatrixPlace {
  int row, column;
};

/// The shape of an instruction, and where elements a0 …, b0 …, c0 … of a lane belong.
struct Tf32Fragments {
  static constexpr int depth = 8, a_elements = 4, b_elements = 2;
  static constexpr MatrixPlace a(int lane, int i) { return {lane / 4 + i % 2 * 8, lane % 4 + i / 2 * 4}; }
  static constexpr MatrixPlace b(int lane, int i) { return {lane % 4 + i * 4, lane / 4}; }
};

struct Bf16Fragments {
  static constexpr int depth = 16, a_elements = 8, b_elements = 4;
  static constexpr MatrixPlace a(int lane, int i) {
    return {lane / 4 + i / 2 % 2 * 8, lane % 4 * 2 + i % 2 + i / 4 * 8};
  }
  static constexpr MatrixPlace b(int lane, int i) { return {lane % 4 * 2 + i % 2 + i / 2 * 8, lane / 4}; }
};

/// Of c0 … c3, and of the result.
constexpr MatrixPlace sum_place(int lane, int i) { return {lane / 4 + i / 2 * 8, lane % 4 * 2 + i % 2}; }

}  // namespace norma::simt
