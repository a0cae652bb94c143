// The width of accesses.
#include "kernels/cuda/pack.cuh"

#include "tests/support/catch.h"

namespace norma::simt {

TEST_CASE("accesses are 16 bytes wide if every stretch begins at a multiple of 16 bytes", "[pack][simt]") {
  alignas(16) float x[8];
  alignas(16) double d[4];
  const float* const none = nullptr;
  CHECK(access_width<float>(4, x, x + 4, none) == 4);
  CHECK(access_width<float>(5, x) == 1);
  CHECK(access_width<float>(6, x) == 1);
  CHECK(access_width<float>(8, x, x + 1) == 1);
  CHECK(access_width<float>(8, x, x + 2) == 1);
  CHECK(access_width<double>(2, d, d + 2) == 2);
  CHECK(access_width<double>(3, d) == 1);
  CHECK(access_width<double>(2, d + 1) == 1);
  for (const int width : {1, 4}) with_width<float>(width, [&](auto w) { CHECK(w() == width); });
}

}  // namespace norma::simt
