// Which kernel runs: on each side of every boundary, and the kernels on both sides are correct.
#include "kernels/norm/variant.h"

#include "layers/functional/group_norm.h"
#include "layers/functional/layer_norm.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::norm;
using namespace norma::test;

TEST_CASE("the variant depends on the size of a set", "[norm][variant]") {
  CHECK(variant_for<float>(1) == Variant::warp_per_set);
  CHECK(variant_for<float>(1024) == Variant::warp_per_set);
  CHECK(variant_for<float>(1025) == Variant::block_per_set);
  CHECK(variant_for<float>(16384) == Variant::block_per_set);
  CHECK(variant_for<float>(16385) == Variant::blocks_per_set);
  CHECK(variant_for<double>(512) == Variant::warp_per_set);
  CHECK(variant_for<double>(513) == Variant::block_per_set);
  CHECK(variant_for<double>(8192) == Variant::block_per_set);
  CHECK(variant_for<double>(8193) == Variant::blocks_per_set);
}

TEST_CASE("teams are powers of two that cover a run, and blocks have whole warps", "[norm][variant]") {
  CHECK(lanes_for(1) == 1);
  CHECK(lanes_for(2) == 2);
  CHECK(lanes_for(3) == 4);
  CHECK(lanes_for(16) == 16);
  CHECK(lanes_for(17) == 32);
  CHECK(lanes_for(33) == 32);
  CHECK(threads_for(1) == 32);
  CHECK(threads_for(4 * 256) == 256);
  CHECK(threads_for(4 * 256 + 1) == 288);
  CHECK(threads_for(1 << 20) == 512);
  // The largest set of a variant fits into its registers, with wide accesses and without.
  CHECK(lanes_for(1024) * held_bytes >= 1024 * sizeof(float));
  CHECK(threads_for(1025) * held_bytes >= 1025 * sizeof(float));
  CHECK(threads_for(16384) * held_bytes >= 16384 * sizeof(float));
  CHECK(threads_for(16384 / 4) * held_bytes >= 16384 * sizeof(float));
  for (std::int64_t m = 1; m <= 16384; ++m) {
    const bool fits = threads_for(m) * held_bytes >= m * sizeof(float) &&
                      (m % 4 != 0 || threads_for(m / 4) * held_bytes >= m * sizeof(float));
    if (!fits) FAIL("a block for " << m << " elements is too small");
  }
}

TEST_CASE("kernels refuse counts of more than 32 bits", "[norm][variant]") {
  CHECK(kernel_count(0x7fffffff) == 0x7fffffffu);
  CHECK_THROWS_WITH(kernel_count(std::int64_t{1} << 31), Catch::Contains("2147483648"));
}

TEST_CASE("norms are correct on each side of every boundary",
          "[norm][variant][group_norm][layer_norm][operation]") {
  // 512, 1024: a warp; 8192, 16384: a block; in double and float.
  for (const std::int64_t m : {512, 513, 514, 1024, 1025, 1028, 8192, 8193, 8194, 16384, 16385, 16388}) {
    CAPTURE(m);
    const Inputs image = {random_tensor({2, 2, 1, m}, 1, -2, 3), random_tensor({2}, 2, 0.5, 1.5),
                          random_tensor({2}, 3)};
    CHECK(compare_executors(
              image, [](const Inputs& t) { return functional::group_norm(t[0], 2, t[1], t[2]); }) == "");
    const Inputs rows = {random_tensor({2, m}, 1, -2, 3), random_tensor({m}, 2, 0.5, 1.5),
                         random_tensor({m}, 3)};
    CHECK(compare_executors(
              rows, [m](const Inputs& t) { return functional::layer_norm(t[0], {m}, t[1], t[2]); }) == "");
  }
}
