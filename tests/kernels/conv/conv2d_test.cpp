#include "layers/conv2d.h"

#include "core/parallel.h"
#include "layers/functional/conv2d.h"
#include "layers/functional/pool.h"
#include "tests/kernels/conv/cases.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {

// With and without a bias.
void compare_case(const ConvCase& c, bool differences = false, const Tolerances& tolerances = {}) {
  CAPTURE(c.x.to_string(), c.weight.to_string(), c.stride.h, c.stride.w, c.padding.h, c.padding.w,
          c.dilation.h, c.dilation.w, c.groups);
  const Inputs with = {random_tensor(c.x, 1), random_tensor(c.weight, 2), random_tensor({c.weight[0]}, 3)};
  for (const Inputs& inputs : {with, Inputs{with[0], with[1]}}) {
    const auto f = [&](const Inputs& t) {
      return functional::conv2d(t[0], t[1], t.size() > 2 ? t[2] : Tensor(), c.stride, c.padding, c.dilation,
                                c.groups);
    };
    if (differences)
      check_operation(inputs, f, tolerances);
    else
      CHECK(compare_executors(inputs, f, tolerances) == "");
  }
}

}  // namespace

TEST_CASE("conv2d agrees with its reference and with differences", "[conv2d][operation]") {
  for (const ConvCase& c : conv_cases) compare_case(c, true);
}

TEST_CASE("conv2d with Winograd's algorithm is correct for incomplete tiles and every padding",
          "[conv2d][operation]") {
  for (const std::int64_t pad_h : {0, 1, 2})
    for (const std::int64_t pad_w : {0, 1, 2})
      compare_case({{2, 8, 5, 6}, {3, 8, 3, 3}, 1, {pad_h, pad_w}}, true);
  compare_case({{5, 9, 1, 1}, {17, 9, 3, 3}, 1, 1}, true);
  compare_case({{3, 17, 4, 9}, {33, 17, 3, 3}, 1, 1}, true);    // more than two vectors of channels
  compare_case({{1, 8, 27, 23}, {2, 8, 3, 3}, 1, 1}, true);     // more tiles than one run
  compare_case({{2, 8, 5, 6}, {3, 8, 3, 3}, 1, {3, 1}}, true);  // backward data cuts off: another algorithm
}

TEST_CASE("conv2d of few channels is correct for incomplete blocks of filters and every width",
          "[conv2d][operation]") {
  for (const std::int64_t k : {4, 8, 9, 13}) compare_case({{2, 3, 5, 19}, {k, 3, 3, 3}, 1, 1}, true);
  for (const std::int64_t w : {4, 7, 8, 9, 16, 17, 33, 40})
    compare_case({{2, 3, 4, w}, {9, 3, 3, 3}, 1, 1}, true);
  compare_case({{1, 1, 6, 18}, {8, 1, 3, 3}, 1, {1, 2}}, true);
  compare_case({{2, 7, 6, 17}, {10, 7, 3, 3}, {2, 1}, 1}, true);
  compare_case({{2, 2, 9, 20}, {8, 2, 5, 3}, 1, 2, {1, 2}}, true);
  compare_case({{1, 2, 4, 18}, {8, 2, 1, 3}}, true);
  compare_case({{1, 3, 6, 9}, {11, 3, 5, 5}, 1, 2}, true);    // backward weight: direct
  compare_case({{2, 2, 3, 12}, {9, 2, 3, 3}, 1, 4}, true);    // backward data cuts off
  compare_case({{1, 20, 5, 17}, {3, 20, 3, 3}, 1, 1}, true);  // few channels in backward data
}

TEST_CASE("a depthwise convolution that no cache holds has the bits of its last images alone", "[conv2d]") {
  const std::int64_t n = 530, few = 3, of_image = 4 * 64 * 64;  // 34.7 MB
  const auto run = [&](const std::vector<float>& numbers, std::int64_t images) {
    const Tensor x = Tensor::from(numbers, {images, 4, 64, 64}).set_requires_grad();
    const Tensor y = functional::conv2d(x, random_tensor({4, 1, 3, 3}, 2).to(DType::float32), {}, 1, 1, 1, 4);
    y.backward(x.detach());
    const auto last = [&](const Tensor& of) {
      const std::vector<float> all = of.to_vector<float>();
      return std::vector<float>(all.end() - few * of_image, all.end());
    };
    return std::pair(last(y), last(x.grad()));
  };
  const std::vector<float> all = random_tensor({n, 4, 64, 64}, 1).to(DType::float32).to_vector<float>();
  CHECK(run(all, n) == run(std::vector<float>(all.end() - few * of_image, all.end()), few));
}

TEST_CASE("conv2d is correct for the networks' sizes, with many images per piece", "[conv2d][operation]") {
  // Winograd's algorithm has larger rounding errors than sums of products; this bound is stated in its
  // source.
  const Tolerances tolerances{.float_forward = 3e-6, .float_backward = 3e-6};
  for (const ConvCase& c : std::vector<ConvCase>{{{3, 32, 32, 32}, {32, 32, 3, 3}, 1, 1},
                                                 {{13, 10, 8, 8}, {32, 10, 3, 3}, 1, 1},
                                                 {{70, 6, 4, 4}, {17, 6, 3, 3}, 1, 1},
                                                 {{5, 32, 16, 16}, {10, 32, 1, 1}},
                                                 {{9, 16, 9, 9}, {24, 16, 3, 3}, 2, 1},
                                                 {{2, 20, 40, 37}, {5, 20, 5, 5}, 1, 2}})
    compare_case(c, false, tolerances);
}

TEST_CASE("conv2d is correct at the ends of a GPU's tiles and with sums in slices", "[conv2d][operation]") {
  compare_case({{3, 33, 3, 3}, {17, 33, 1, 1}});            // pointwise: two tiles of lines, one incomplete
  compare_case({{2, 5, 17, 19}, {3, 5, 1, 1}});             // 646 pixels: two slices
  compare_case({{2, 3, 17, 19}, {5, 3, 2, 2}, 1, {1, 0}});  // general, two slices
  compare_case({{1, 20, 6, 5}, {35, 20, 2, 2}, {2, 1}});    // three tiles of lines
}

TEST_CASE("conv2d is correct at the edges of its 3×3 tiles", "[conv2d][operation]") {
  // Output channels per block: 8, 16, 32, 64. In backward data they depend on the input channels.
  for (const std::int64_t k : {1, 8, 9, 16, 17, 33, 65}) compare_case({{1, 3, 4, 5}, {k, 3, 3, 3}, 1, 1});
  for (const std::int64_t c : {4, 5, 9, 17, 33, 65}) compare_case({{1, c, 3, 4}, {2, c, 3, 3}, 1, 1});
  // Tiles of 8 × 8 pixels: exact, one pixel more, one less, rows of whole packs or not; several tiles per
  // block.
  for (const std::int64_t side : {1, 7, 8, 9, 12, 16}) compare_case({{2, 2, side, side}, {3, 2, 3, 3}, 1, 1});
  compare_case({{3, 2, 17, 3}, {9, 2, 3, 3}, 1, 1});
  compare_case({{5, 2, 3, 20}, {2, 2, 3, 3}, 1, {1, 2}});
  // Every padding.
  for (const std::int64_t pad_h : {0, 1, 2})
    for (const std::int64_t pad_w : {0, 1, 2}) compare_case({{1, 2, 6, 10}, {3, 2, 3, 3}, 1, {pad_h, pad_w}});
  // Enough tiles for several slices of the weight's gradient.
  compare_case({{11, 2, 9, 9}, {3, 2, 3, 3}, 1, 1});
}

TEST_CASE("conv2d gives correct results at the limits between its kernels", "[conv2d][operation]") {
  compare_case({{1, 2, 6, 7}, {3, 2, 3, 3}, 1, {3, 0}});  // padding 3: general
  compare_case({{1, 2, 6, 7}, {3, 2, 3, 3}, {1, 2}, 1});  // a stride: general
  compare_case({{1, 2, 6, 7}, {3, 2, 3, 1}, 1, {1, 0}});  // 3×1: general
  compare_case({{1, 2, 4, 5}, {3, 2, 1, 1}, 1, {0, 1}});  // 1×1 with padding: general
  compare_case({{1, 2, 4, 5}, {3, 2, 1, 1}, {2, 1}});     // 1×1 with a stride: general
}

TEST_CASE("conv2d gives the same bits for any number of threads", "[conv2d][threads]") {
  const int before = threads();
  const ConvCase cases[] = {{{37, 5, 9, 9}, {12, 5, 3, 3}, 2, 1},   // direct
                            {{37, 5, 9, 19}, {12, 5, 3, 3}, 1, 1},  // few channels
                            {{37, 9, 9, 9}, {12, 9, 3, 3}, 1, 1},   // Winograd
                            {{37, 8, 9, 9}, {12, 4, 3, 3}, 1, 1, 1, 2},
                            {{37, 6, 9, 9}, {12, 1, 3, 3}, 1, 1, 1, 6}};
  for (const ConvCase& c : cases)
    for (const Precision precision : {Precision::exact, Precision::bf16}) {
      CAPTURE(c.weight.to_string(), name(precision));
      std::vector<std::vector<std::vector<float>>> results;
      for (const int count : {1, 2, 3, 5}) {
        set_threads(count);
        const Tensor x = random_tensor(c.x, 1).to(DType::float32).clone().set_requires_grad(),
                     weight = random_tensor(c.weight, 2).to(DType::float32).clone().set_requires_grad();
        const Tensor y =
            functional::conv2d(x, weight, {}, c.stride, c.padding, c.dilation, c.groups, precision);
        y.backward(random_tensor(y.shape(), 3).to(DType::float32));
        results.push_back(
            {y.to_vector<float>(), x.grad().to_vector<float>(), weight.grad().to_vector<float>()});
      }
      for (const auto& result : results) CHECK(result == results[0]);
    }
  set_threads(before);
}

TEST_CASE("conv2d refuses wrong shapes in one sentence", "[conv2d]") {
  const Tensor x = Tensor::zeros({1, 3, 4, 4});
  CHECK_THROWS_WITH(functional::conv2d(x, Tensor::zeros({8, 4, 3, 3})),
                    Catch::Contains("takes 4 input channels"));
  CHECK_THROWS_WITH(functional::conv2d(x, Tensor::zeros({8, 3, 5, 5})), Catch::Contains("does not fit"));
  CHECK_THROWS_WITH(functional::conv2d(x, Tensor::zeros({8, 3, 3, 3}, DType::float64)),
                    Catch::Contains("float64"));
  CHECK_THROWS_WITH(functional::conv2d(Tensor::zeros({3, 4, 4}), Tensor::zeros({8, 3, 3, 3})),
                    Catch::Contains("[N, C, H, W]"));
  CHECK_THROWS_WITH(functional::conv2d(x, Tensor::zeros({0, 3, 3, 3})),
                    Catch::Contains("at least one output channel"));
  CHECK_THROWS_WITH(functional::conv2d(x, Tensor::zeros({8, 3, 0, 3})),
                    Catch::Contains("a kernel from 1 to 1048576 in both directions, not 0×3"));
}

TEST_CASE("a stride, a padding or a dilation that a GPU cannot count with is refused",
          "[conv2d][max_pool2d]") {
  const Tensor x = Tensor::zeros({1, 3, 4, 4}), weight = Tensor::zeros({8, 3, 3, 3});
  for (const std::int64_t far : {std::int64_t{-1}, std::int64_t{1} << 32, std::int64_t{1} << 62, INT64_MAX}) {
    const std::string not_this = fmt::format("not {}×{}", far, far);
    CAPTURE(far);
    CHECK_THROWS_WITH(functional::conv2d(x, weight, {}, far), Catch::Contains("a stride from 1 to 1048576"));
    CHECK_THROWS_WITH(functional::conv2d(x, weight, {}, 1, far), Catch::Contains("a padding from 0"));
    CHECK_THROWS_WITH(functional::conv2d(x, weight, {}, 1, 0, far), Catch::Contains("a dilation from 1"));
    CHECK_THROWS_WITH(Conv2d(3, 8, 3, {.stride = far}), Catch::Contains("Conv2d takes a stride"));
    CHECK_THROWS_WITH(Conv2d(3, 8, 3, {.padding = far}), Catch::Contains(not_this));
    CHECK_THROWS_WITH(Conv2d(3, 8, 3, {.dilation = far}), Catch::Contains(not_this));
    CHECK_THROWS_WITH(functional::max_pool2d(x, far, 1, far / 2), Catch::Contains("a kernel from 1"));
    CHECK_THROWS_WITH(functional::avg_pool2d(x, 2, far), Catch::Contains("a stride from 1"));
  }
}
