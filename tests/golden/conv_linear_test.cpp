#include "layers/conv2d.h"
#include "layers/linear.h"
#include "tests/golden/golden.h"

using namespace norma;
using namespace norma::test;

TEST_CASE("Conv2d computes what PyTorch computes", "[golden][operation]") {
  const auto check = [](const std::string& name, std::int64_t in, std::int64_t out, Size2 kernel,
                        const Conv2dOptions& options = {}) {
    check_module(name, [&] { return std::make_shared<Conv2d>(in, out, kernel, options); });
  };
  check("conv2d", 3, 4, 3);
  check("conv2d no bias", 2, 5, 3, {.bias = false});
  check("conv2d stride 2", 3, 4, 3, {.stride = 2});
  check("conv2d stride (2, 1)", 3, 2, 3, {.stride = {2, 1}});
  check("conv2d padding 1", 3, 4, 3, {.padding = 1});
  check("conv2d padding (1, 0)", 2, 3, 3, {.padding = {1, 0}});
  check("conv2d stride 2 padding 1", 3, 4, 3, {.stride = 2, .padding = 1});
  check("conv2d 1x1", 5, 7, 1);
  check("conv2d 5x5 padding 2", 2, 3, 5, {.padding = 2});
  check("conv2d dilation 2", 3, 4, 3, {.padding = 2, .dilation = 2});
  check("conv2d dilation (1, 3) stride 2", 2, 3, 3, {.stride = 2, .padding = {0, 3}, .dilation = {1, 3}});
  check("conv2d groups 2", 4, 6, 3, {.padding = 1, .groups = 2});
  check("conv2d depthwise", 3, 3, 3, {.padding = 1, .bias = false, .groups = 3});
  check("conv2d depthwise 2 each", 3, 6, 3, {.stride = 2, .padding = 2, .dilation = 2, .groups = 3});
  check("conv2d 3x1", 2, 3, {3, 1}, {.padding = {1, 0}});
}

TEST_CASE("Linear computes what PyTorch computes", "[golden][operation]") {
  check_module("linear", [] { return std::make_shared<Linear>(7, 5); });
  check_module("linear no bias", [] { return std::make_shared<Linear>(3, 6, false); });
}
