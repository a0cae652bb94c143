#include "layers/group_norm.h"

#include "layers/functional/group_norm.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

TEST_CASE("group_norm agrees with its reference and with central differences", "[group_norm][operation]") {
  struct Case {
    Shape shape;
    std::int64_t groups;
  };
  for (const auto& [shape, groups] : std::vector<Case>{{{1, 4, 1, 1}, 1},
                                                       {{2, 6, 1, 1}, 2},
                                                       {{3, 4, 5, 7}, 2},
                                                       {{2, 31, 3, 1}, 31},
                                                       {{2, 31, 1, 3}, 1},
                                                       {{1, 33, 2, 2}, 3},
                                                       {{2, 8, 1, 13}, 4},
                                                       {{5, 12, 3, 3}, 4}}) {
    CAPTURE(shape.to_string(), groups);
    const Inputs all = {random_tensor(shape, 1, -2, 3), random_tensor({shape[1]}, 2, 0.5, 1.5),
                        random_tensor({shape[1]}, 3)};
    const std::int64_t g = groups;
    check_operation(all, [g](const Inputs& t) { return functional::group_norm(t[0], g, t[1], t[2]); });
    check_operation({all[0]}, [g](const Inputs& t) { return functional::group_norm(t[0], g); });
  }
}

TEST_CASE("group_norm is correct if a set has several chunks", "[group_norm][operation]") {
  const Inputs all = {random_tensor({2, 4, 50, 61}, 1, -2, 3), random_tensor({4}, 2, 0.5, 1.5),
                      random_tensor({4}, 3)};
  CHECK(compare_executors(all, [](const Inputs& t) { return functional::group_norm(t[0], 2, t[1], t[2]); }) ==
        "");
}

TEST_CASE("GroupNorm refuses a number of groups that does not divide the channels", "[group_norm]") {
  CHECK_THROWS_WITH(GroupNorm(3, 32), Catch::Contains("1, 2, 4, 8, 16 or 32"));
  CHECK_THROWS_AS(GroupNorm(0, 4), Error);
  CHECK_THROWS_AS(functional::group_norm(Tensor::zeros({1, 4, 2, 2}), 3), Error);
  CHECK(possible_groups(10) == "1, 2, 5 or 10");
}
