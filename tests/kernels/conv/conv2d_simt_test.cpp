// conv2d as CUDA source on simt: the general kernels on awkward shapes, the fast ones at the edges of what they
// take, and where one gives way to the other.
#include "layers/functional/conv2d.h"
#include "tests/kernels/conv/cases.h"
#include "tests/support/on_simt.h"

using namespace norma;
using namespace norma::test;

namespace {

void check_case(const ConvCase& c) {
  CAPTURE(c.x.to_string(), c.weight.to_string(), c.stride.h, c.stride.w, c.padding.h, c.padding.w);
  const Inputs inputs = {random_tensor(c.x, 1), random_tensor(c.weight, 2), random_tensor({c.weight[0]}, 3)};
  check_on_simt(inputs,
                [&](const Inputs& t) { return functional::conv2d(t[0], t[1], t[2], c.stride, c.padding); });
  check_on_simt({inputs[0], inputs[1]},
                [&](const Inputs& t) { return functional::conv2d(t[0], t[1], {}, c.stride, c.padding); });
}

}  // namespace

TEST_CASE("conv2d on simt is right where its tiles end and its sums are cut into slices", "[conv2d][simt]") {
  check_case({{3, 33, 3, 3}, {17, 33, 1, 1}});            // pointwise: two tiles of lines, ragged
  check_case({{2, 5, 17, 19}, {3, 5, 1, 1}});             // 646 pixels: two slices
  check_case({{2, 3, 17, 19}, {5, 3, 2, 2}, 1, {1, 0}});  // general, two slices
  check_case({{1, 20, 6, 5}, {35, 20, 2, 2}, {2, 1}});    // three tiles of lines
}

TEST_CASE("conv2d's 3×3 tiles on simt are right at their edges", "[conv2d][simt]") {
  // Output channels a block: 8, 16, 32, 64; with backward data, the input's decide.
  for (const std::int64_t k : {1, 8, 9, 16, 17, 33, 65}) check_case({{1, 3, 4, 5}, {k, 3, 3, 3}, 1, 1});
  for (const std::int64_t c : {4, 5, 9, 17, 33, 65}) check_case({{1, c, 3, 4}, {2, c, 3, 3}, 1, 1});
  // Tiles of 8 × 8 pixels: exactly, one more, one less, rows of whole packs or not; several a block.
  for (const std::int64_t side : {1, 7, 8, 9, 12, 16}) check_case({{2, 2, side, side}, {3, 2, 3, 3}, 1, 1});
  check_case({{3, 2, 17, 3}, {9, 2, 3, 3}, 1, 1});
  check_case({{5, 2, 3, 20}, {2, 2, 3, 3}, 1, {1, 2}});
  // Every padding.
  for (const std::int64_t pad_h : {0, 1, 2})
    for (const std::int64_t pad_w : {0, 1, 2}) check_case({{1, 2, 6, 10}, {3, 2, 3, 3}, 1, {pad_h, pad_w}});
  // Enough tiles for several slices of the weight's gradient.
  check_case({{11, 2, 9, 9}, {3, 2, 3, 3}, 1, 1});
}

TEST_CASE("conv2d on simt changes its kernels without changing its results", "[conv2d][simt]") {
  check_case({{1, 2, 6, 7}, {3, 2, 3, 3}, 1, {3, 0}});  // padding 3: general
  check_case({{1, 2, 6, 7}, {3, 2, 3, 3}, {1, 2}, 1});  // a stride: general
  check_case({{1, 2, 6, 7}, {3, 2, 3, 1}, 1, {1, 0}});  // 3×1: general
  check_case({{1, 2, 4, 5}, {3, 2, 1, 1}, 1, {0, 1}});  // 1×1 with padding: general
  check_case({{1, 2, 4, 5}, {3, 2, 1, 1}, {2, 1}});     // 1×1 with a stride: general
}
