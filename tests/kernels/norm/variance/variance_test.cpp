// Ways to compute a variance: all are right where nothing is lost, and each fails where its formula says so.
#include "kernels/norm/variance/variance.h"

#include <cmath>
#include <limits>
#include <map>

#include "tests/support/catch.h"

using namespace norma;

namespace {

std::map<std::string, double> errors(const std::vector<double>& x, const NumberFormat& acc) {
  std::map<std::string, double> all;
  const double exact = exact_variance(x);
  for (const VarianceMethod& method : variance_methods())
    all[method.name] = std::abs(method.variance(x, acc) - exact) / acc.ulp(exact);
  return all;
}

}  // namespace

TEST_CASE("numbers are rounded to a format as the hardware rounds them", "[variance]") {
  for (const double v : {1.0, 0.1, -3.7e10, 1e-40, 1.17549e-38, 3.5e38, -1e39, 16777217.0, 0.0})
    CHECK(formats::float32.round(v) == static_cast<double>(static_cast<float>(v)));
  CHECK(formats::bfloat16.round(1 + 0x1p-8) == 1);           // half way: to the even one
  CHECK(formats::bfloat16.round(1 + 0x3p-8) == 1 + 0x1p-6);  // half way: to the even one
  CHECK(formats::float16.round(65519) == 65504);
  CHECK(formats::float16.round(65520) == std::numeric_limits<double>::infinity());
  CHECK(formats::float16.round(0x1p-24) == 0x1p-24);  // the smallest
  CHECK(formats::float16.round(0x1p-26) == 0);
  CHECK(std::isnan(formats::float16.round(std::nan(""))));
  CHECK(formats::float32.ulp(1) == 0x1p-23);
  CHECK(formats::float16.ulp(0) == 0x1p-24);
}

TEST_CASE("all ways give the variance of small whole numbers exactly", "[variance]") {
  for (const VarianceMethod& method : variance_methods()) {
    CAPTURE(method.name);
    CHECK(method.variance({1, 3, 5, 7}, formats::float32) == 5);
    CHECK(method.variance({4, 4}, formats::float16) == 0);
    CHECK(method.variance({4}, formats::float32) == 0);
  }
  CHECK(exact_variance({1, 3, 5, 7}) == 5);
}

TEST_CASE("a large mean ruins the formula without a subtraction, and no other", "[variance]") {
  const auto at_1000 = errors(numbers_with_mean(1000, 4096, formats::float32), formats::float32);
  CHECK(at_1000.at("E[x²] − E[x]²") > 1e6);
  for (const auto& [name, error] : at_1000) {
    CAPTURE(name);
    CHECK((name == "E[x²] − E[x]²" || error < 1e3));
  }
  const auto at_1e6 = errors(numbers_with_mean(1e6, 4096, formats::float32), formats::float32);
  CHECK(at_1e6.at("corrected two-pass") < 1e-3 * at_1e6.at("two-pass"));  // the rounded mean
}

TEST_CASE("sums of their own width lose a variance that float32 sums keep", "[variance]") {
  const auto x = numbers_with_mean(1, 4096, formats::bfloat16);
  const double exact = exact_variance(x);
  for (const VarianceMethod& method : variance_methods()) {
    if (method.name != "two-pass") continue;
    CHECK(std::abs(method.variance(x, formats::bfloat16) - exact) > 0.3 * exact);  // the sum stops growing
    CHECK(std::abs(method.variance(x, formats::float32) - exact) < 1e-5 * exact);
  }
}
