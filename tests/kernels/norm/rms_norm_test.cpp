#include "layers/rms_norm.h"

#include "tests/support/catch.h"

#include "layers/functional/group_norm.h"
#include "layers/functional/rms_norm.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

TEST_CASE("rms_norm agrees with its reference and with central differences", "[rms_norm][operation]") {
  for (const Shape& shape : {Shape{1, 2, 1, 1}, Shape{2, 6, 1, 1}, Shape{3, 4, 5, 7}, Shape{2, 31, 3, 1},
                             Shape{2, 33, 1, 3}, Shape{5, 12, 3, 3}, Shape{1, 3, 1, 13}}) {
    CAPTURE(shape.to_string());
    const Inputs all = {random_tensor(shape, 1, -2, 3), random_tensor({shape[1]}, 2, 0.5, 1.5)};
    check_operation(all, [](const Inputs& t) { return functional::rms_norm(t[0], t[1]); });
    check_operation({all[0]}, [](const Inputs& t) { return functional::rms_norm(t[0]); });
  }
  // For a set of one value dx is ε·rrms³·dy. ε is large here, because with a small one dx is only rounding
  // errors.
  check_operation({random_tensor({2, 1, 1, 1}, 1)},
                  [](const Inputs& t) { return functional::rms_norm(t[0], {}, 0.5); });
}

TEST_CASE("rms_norm is correct if a set has several chunks", "[rms_norm][operation]") {
  const Inputs all = {random_tensor({2, 4, 50, 61}, 1, -2, 3), random_tensor({4}, 2, 0.5, 1.5)};
  CHECK(compare_executors(all, [](const Inputs& t) { return functional::rms_norm(t[0], t[1]); }) == "");
}

TEST_CASE("the mean square of rms_norm's output is 1, whatever the scale of its input", "[rms_norm]") {
  const Tensor x = random_tensor({3, 5, 4, 4}, 7, 2, 9);
  const Tensor y = functional::rms_norm(x, {}, 0.0);
  const auto values = y.to_vector<double>();
  for (std::size_t image = 0; image < 3; ++image) {
    double squares = 0;
    for (std::size_t i = 0; i < 80; ++i) squares += values[image * 80 + i] * values[image * 80 + i];
    CHECK(squares / 80 == Approx(1).epsilon(1e-6));
  }
  // For images with mean 0 it is layer norm without a bias.
  const Tensor centered = functional::group_norm(x, 1, {}, {}, 0.0);
  const auto same = functional::rms_norm(centered, {}, 0.0).to_vector<double>(),
             want = centered.to_vector<double>();
  for (std::size_t i = 0; i < want.size(); ++i) CHECK(same[i] == Approx(want[i]).margin(1e-5));
}

TEST_CASE("RMSNorm2d refuses images with another number of channels", "[rms_norm]") {
  RMSNorm2d norm(4);
  CHECK_THROWS_WITH(norm(Tensor::zeros({1, 3, 2, 2})), Catch::Contains("takes images [N, 4, H, W]"));
  CHECK_THROWS_AS(RMSNorm2d(0), Error);
}
