#include "layers/layer_norm.h"

#include "layers/functional/layer_norm.h"
#include "layers/functional/layer_norm_pixel.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

TEST_CASE("layer_norm agrees with its reference and with central differences", "[layer_norm][operation]") {
  for (const Shape& shape :
       std::vector<Shape>{{1, 3}, {5, 7}, {2, 31}, {3, 33}, {2, 3, 5, 7}, {4, 2, 1, 3}, {1, 5, 4, 4}}) {
    CAPTURE(shape.to_string());
    std::vector<std::int64_t> sizes(shape.begin() + 1, shape.end());
    const Shape inner{std::span<const std::int64_t>(sizes)};
    const Inputs all = {random_tensor(shape, 1, -2, 3), random_tensor(inner, 2, 0.5, 1.5),
                        random_tensor(inner, 3)};
    check_operation(all,
                    [inner](const Inputs& t) { return functional::layer_norm(t[0], inner, t[1], t[2]); });
    check_operation({all[0]}, [inner](const Inputs& t) { return functional::layer_norm(t[0], inner); });
    check_operation({all[0], all[1]},
                    [inner](const Inputs& t) { return functional::layer_norm(t[0], inner, t[1]); });
  }
}

TEST_CASE("layer_norm_pixel agrees with its reference and with central differences",
          "[layer_norm_pixel][operation]") {
  for (const Shape& shape :
       std::vector<Shape>{{1, 3, 1, 1}, {2, 31, 1, 1}, {3, 5, 2, 7}, {1, 33, 3, 5}, {2, 4, 9, 9}}) {
    CAPTURE(shape.to_string());
    const Inputs all = {random_tensor(shape, 1, -2, 3), random_tensor({shape[1]}, 2, 0.5, 1.5),
                        random_tensor({shape[1]}, 3)};
    check_operation(all, [](const Inputs& t) { return functional::layer_norm_pixel(t[0], t[1], t[2]); });
    check_operation({all[0]}, [](const Inputs& t) { return functional::layer_norm_pixel(t[0]); });
  }
}

TEST_CASE("layer norms are correct with many slices of rows and several chunks of channels",
          "[layer_norm][layer_norm_pixel][operation]") {
  const Inputs rows = {random_tensor({130, 5}, 1, -2, 3), random_tensor({5}, 2, 0.5, 1.5),
                       random_tensor({5}, 3)};
  CHECK(compare_executors(
            rows, [](const Inputs& t) { return functional::layer_norm(t[0], {5}, t[1], t[2]); }) == "");
  // 256 channels in float and 128 in double fit on chip.
  for (const std::int64_t c : {128, 129, 256, 257, 600}) {
    CAPTURE(c);
    const Inputs images = {random_tensor({2, c, 1, 3}, 1, -2, 3), random_tensor({c}, 2, 0.5, 1.5),
                           random_tensor({c}, 3)};
    CHECK(compare_executors(
              images, [](const Inputs& t) { return functional::layer_norm_pixel(t[0], t[1], t[2]); }) == "");
  }
}

TEST_CASE("layer_norm refuses shapes that do not end in its own", "[layer_norm]") {
  CHECK_THROWS_WITH(functional::layer_norm(Tensor::zeros({2, 3, 4}), {3, 3}), Catch::Contains("[2, 3, 4]"));
  LayerNorm norm({3, 4, 4});
  CHECK_THROWS_WITH(norm(Tensor::zeros({1, 3, 5, 4})), Catch::Contains("LayerNorm"));
}
