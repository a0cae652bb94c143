// Edge cases of CUDA's arithmetic functions.
#include <cmath>
#include <limits>
#include <type_traits>

#include "kernels/cuda/cuda.h"
#include "tests/support/catch.h"

namespace norma::simt {
namespace {

TEST_CASE("min and max accept two types, and choose the number rather than NaN") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(max(nan, 2.0f) == 2.0f);
  CHECK(min(2.0, static_cast<double>(nan)) == 2.0);
  CHECK(max(-1, 1u) == ~0u);  // unsigned, as in CUDA
  CHECK(min(3, 5ll) == 3);
  STATIC_REQUIRE(std::is_same_v<decltype(min(1.0f, 2.0)), double>);
}

TEST_CASE("bit functions in edge cases") {
  CHECK(__clz(0) == 32);
  CHECK(__clz(1) == 31);
  CHECK(__clz(-1) == 0);
  CHECK(__clzll(1) == 63);
  CHECK(__ffs(0) == 0);
  CHECK(__ffs(8) == 4);
  CHECK(__popc(0xf0f0u) == 8);
  CHECK(__popcll(~0ull) == 64);
  CHECK(__umulhi(0xffffffffu, 0xffffffffu) == 0xfffffffeu);
  CHECK(__mulhi(-1, 1) == -1);
  CHECK(__umul64hi(~0ull, 2) == 1);
}

TEST_CASE("conversions round as their names say") {
  CHECK(__float2int_rn(2.5f) == 2);
  CHECK(__float2int_rn(3.5f) == 4);
  CHECK(__float2int_rz(-2.7f) == -2);
  CHECK(__float2int_rd(-2.1f) == -3);
  CHECK(__float2int_ru(2.1f) == 3);
  CHECK(__float_as_uint(1.0f) == 0x3f800000u);
  CHECK(rsqrtf(4.0f) == 0.5f);
  CHECK(__saturatef(1.5f) == 1.0f);
}

TEST_CASE("vector types have CUDA's sizes and alignments") {
  STATIC_REQUIRE(sizeof(float4) == 16);
  STATIC_REQUIRE(alignof(float4) == 16);
  STATIC_REQUIRE(alignof(float2) == 8);
  STATIC_REQUIRE(alignof(double2) == 16);
  STATIC_REQUIRE(alignof(uchar4) == 4);
  const float4 v = make_float4(1, 2, 3, 4);
  CHECK(v.x + v.y * v.z + v.w == 11);
}

}  // namespace
}  // namespace norma::simt
