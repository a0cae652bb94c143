#include "kernels/simt/matrix_unit.h"

#include <bit>
#include <cstring>

#include "core/error.h"
#include "kernels/simt/block.h"
#include "kernels/simt/fragments.h"

namespace norma::simt {
namespace {

float upper_bits(std::uint32_t word, std::uint32_t bits) { return std::bit_cast<float>(word & bits); }

// Number `i` of a fragment.
struct Tf32 : Tf32Fragments {
  static float element(const std::uint32_t* words, int i) { return upper_bits(words[i], 0xffffe000u); }
};
struct Bf16 : Bf16Fragments {
  static float element(const std::uint32_t* words, int i) {
    return upper_bits(i % 2 == 0 ? words[i / 2] << 16 : words[i / 2], 0xffff0000u);
  }
};

template <class Format>
void multiply(const std::array<LaneFragments*, 32>& lanes) {
  double a[16][Format::depth] = {}, b[Format::depth][8] = {};
  for (int lane = 0; lane < 32; ++lane) {
    const LaneFragments& mine = *lanes[static_cast<std::size_t>(lane)];
    for (int i = 0; i < Format::a_elements; ++i) {
      const MatrixPlace at = Format::a(lane, i);
      a[at.row][at.column] = Format::element(mine.a, i);
    }
    for (int i = 0; i < Format::b_elements; ++i) {
      const MatrixPlace at = Format::b(lane, i);
      b[at.row][at.column] = Format::element(mine.b, i);
    }
  }
  for (int lane = 0; lane < 32; ++lane)
    for (int i = 0; i < 4; ++i) {
      const MatrixPlace at = sum_place(lane, i);
      float& c = lanes[static_cast<std::size_t>(lane)]->c[i];
      double sum = c;
      for (int k = 0; k < Format::depth; ++k) sum += a[at.row][k] * b[k][at.column];
      c = static_cast<float>(sum);
    }
}

// The lanes of a warp meet, each with the address of its `lane`, and Do is called once with all 32 of them.
template <auto Do, class Lane>
void together(Lane lane, const Site& where) {
  const auto all_at_once = [](const std::array<std::uint64_t, 32>& values) {
    std::array<Lane*, 32> lanes;
    for (std::size_t i = 0; i < 32; ++i) lanes[i] = reinterpret_cast<Lane*>(values[i]);
    Do(lanes);
  };
  detail::warp_operation({detail::WarpOperation::Kind::together, 0xffffffffu, 0,
                          reinterpret_cast<std::uintptr_t>(&lane), all_at_once},
                         where);
}

}  // namespace

void multiply_tf32(const std::array<LaneFragments*, 32>& lanes) { multiply<Tf32>(lanes); }
void multiply_bf16(const std::array<LaneFragments*, 32>& lanes) { multiply<Bf16>(lanes); }

void load_matrices(const std::array<LaneRow*, 32>& lanes) {
  for (std::size_t lane = 0; lane < 32; ++lane)
    for (std::size_t matrix = 0; matrix < 4; ++matrix) {
      const auto* const row = static_cast<const unsigned char*>(lanes[8 * matrix + lane / 4]->row);
      std::memcpy(&lanes[lane]->words[matrix], row + 4 * (lane % 4), 4);
    }
}

void ldmatrix_x4(const void* row, std::uint32_t (&words)[4], const Site& where) {
  Block& block = *Block::running();
  if (!block.shared().contains(row) || reinterpret_cast<std::uintptr_t>(row) % 16 != 0)
    fail("ldmatrix reads rows of shared memory at multiples of 16 bytes ({}:{})", where.file_name(),
         where.line());
  detail::observe_access(Access::Kind::read, row, 16, __builtin_return_address(0));
  together<load_matrices>(LaneRow{row, words}, where);
}

void mma_sync_m16n8k8_tf32(float (&c)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                           const Site& where) {
  together<multiply_tf32>(LaneFragments{a, b, c}, where);
}

void mma_sync_m16n8k16_bf16(float (&c)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                            const Site& where) {
  together<multiply_bf16>(LaneFragments{a, b, c}, where);
}

}  // namespace norma::simt
