// After limit_simd(), Highway calls the kernel that is compiled for the given instruction set.
#include "kernels/simd_target.h"

#include "core/error.h"
#include "tests/support/catch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/kernels/simd_target_test.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace norma::test::HWY_NAMESPACE {
std::int64_t compiled_for() { return HWY_TARGET; }
}  // namespace norma::test::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::test {
namespace {

HWY_EXPORT(compiled_for);
std::string target_that_runs() { return hwy::TargetName(HWY_DYNAMIC_DISPATCH(compiled_for)()); }

}  // namespace

TEST_CASE("the kernels use the instruction set given to limit_simd()", "[simd]") {
  const std::vector<std::string> all = simd_targets();
  REQUIRE(!all.empty());
  CHECK(target_that_runs() == all.front());

  std::vector<std::string> order(all.begin(), all.end());
  order.insert(order.end(), all.rbegin(), all.rend());
  for (const std::string& name : order) {
    INFO(name);
    limit_simd(name);
    CHECK(target_that_runs() == name);
    CHECK(simd_target() == name);
    CHECK(target_that_runs() == name);

    limit_simd(name);
    CHECK(simd_targets().front() == name);
    CHECK(simd_target() == name);
    CHECK(target_that_runs() == name);

    CHECK_THROWS_AS(limit_simd("MMX"), UsageError);
    CHECK(target_that_runs() == name);
  }
  limit_simd(all.front());
}

}  // namespace norma::test
#endif
