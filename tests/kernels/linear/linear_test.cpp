#include "layers/linear.h"

#include "layers/functional/linear.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

TEST_CASE("linear agrees with its reference and with central differences", "[linear][operation]") {
  struct Case {
    std::int64_t n, in, out;
  };
  // On a GPU: tiles of 16, 32 and 64 lines, incomplete tiles, and depths cut into slices.
  for (const auto& [n, in, out] : std::vector<Case>{{1, 1, 1},
                                                    {3, 5, 7},
                                                    {31, 2, 33},
                                                    {2, 64, 10},
                                                    {16, 16, 64},
                                                    {17, 65, 31},
                                                    {70, 33, 65},
                                                    {2, 700, 3},
                                                    {600, 3, 2}}) {
    CAPTURE(n, in, out);
    const Inputs all = {random_tensor({n, in}, 1), random_tensor({out, in}, 2), random_tensor({out}, 3)};
    check_operation(all, [](const Inputs& t) { return functional::linear(t[0], t[1], t[2]); });
    check_operation({all[0], all[1]}, [](const Inputs& t) { return functional::linear(t[0], t[1]); });
  }
  CHECK_THROWS_WITH(functional::linear(Tensor::zeros({2, 3}), Tensor::zeros({4, 5})),
                    Catch::Contains("[N, 5]"));
}
