#include "layers/network/builder.h"

#include "layers/summary.h"
#include "optim/presets.h"
#include "tests/support/catch.h"

using namespace norma;

TEST_CASE("c11-48096 has exactly its published parameters, whatever the norm", "[network]") {
  const auto parameters = [](Norm norm) {
    return summarize(*find_preset("c11-48096").network({.norm = norm}), {3, 32, 32}).parameters;
  };
  CHECK(parameters(Norm::bn) == 48096);
  CHECK(parameters(Norm::ln) == 48096);
  CHECK(parameters(Norm::gn) == 48096);
  CHECK(parameters(Norm::ln_pixel) == 48096);
  CHECK(parameters(Norm::in) == 48096);
  CHECK(parameters(Norm::none) == 48096 - 2 * (32 + 32 + 16 + 32 + 32 + 3 * 32));
  CHECK(parameters(Norm::ln_chw) == 47616 + 2 * (2 * 32 * 1024 + (16 + 32 + 32) * 256 + 3 * 32 * 64));
}

TEST_CASE("the error about groups that do not divide the channels names the layer and possible groups",
          "[network]") {
  using Catch::Contains;
  const auto build = [](std::int64_t groups) {
    find_preset("c11-48096").network({.norm = Norm::gn, .groups = groups});
  };
  CHECK_THROWS_AS(build(3), UsageError);
  CHECK_THROWS_WITH(build(3),
                    Contains("C1.norm") && Contains("32 channels") && Contains("1, 2, 4, 8, 16 or 32"));
  CHECK_THROWS_WITH(build(32), Contains("C4.norm") && Contains("16 channels"));
  CHECK_NOTHROW(build(16));
}
