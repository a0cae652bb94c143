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
  check_on_simt(inputs, [&](const Inputs& t) { return functional::conv2d(t[0], t[1], t[2], c.stride, c.padding); });
  check_on_simt({inputs[0], inputs[1]},
                [&](const Inputs& t) { return functional::conv2d(t[0], t[1], {}, c.stride, c.padding); });
}

}  // namespace

TEST_CASE("conv2d on simt agrees with its reference under all schedules", "[conv2d][simt]") {
  for (const ConvCase& c : conv_cases) check_case(c);
}

TEST_CASE("conv2d on simt is right where its tiles end and its sums are cut into slices", "[conv2d][simt]") {
  check_case({{3, 33, 3, 3}, {17, 33, 1, 1}});              // pointwise: two tiles of lines, ragged
  check_case({{2, 5, 17, 19}, {3, 5, 1, 1}});               // 646 pixels: two slices
  check_case({{2, 3, 17, 19}, {5, 3, 2, 2}, 1, {1, 0}});    // general, two slices
  check_case({{1, 20, 6, 5}, {35, 20, 2, 2}, {2, 1}});      // three tiles of lines
}
