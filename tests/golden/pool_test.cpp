#include "layers/pool.h"
#include "tests/golden/golden.h"

using namespace norma;
using namespace norma::test;

namespace {

template <class Pool>
void check(const std::string& name, Size2 kernel, const PoolOptions& options = {}) {
  check_module(name, [&] { return std::make_shared<Pool>(kernel, options); });
}

}  // namespace

TEST_CASE("MaxPool2d computes what PyTorch computes", "[golden][operation]") {
  check<MaxPool2d>("max_pool2d 2", 2);
  check<MaxPool2d>("max_pool2d 3 stride 2 padding 1", 3, {.stride = 2, .padding = 1});
  check<MaxPool2d>("max_pool2d ceil", 2, {.ceil_mode = true});
  check<MaxPool2d>("max_pool2d ceil padding", 3, {.stride = 2, .padding = 1, .ceil_mode = true});
  check<MaxPool2d>("max_pool2d (3, 2) stride (1, 2)", {3, 2}, {.stride = Size2{1, 2}});
  check<MaxPool2d>("max_pool2d ties", 3, {.stride = 2, .padding = 1});
}

TEST_CASE("AvgPool2d computes what PyTorch computes", "[golden][operation]") {
  check<AvgPool2d>("avg_pool2d 2", 2);
  check<AvgPool2d>("avg_pool2d 3 stride 2 padding 1", 3, {.stride = 2, .padding = 1});
  check<AvgPool2d>("avg_pool2d without pad", 3, {.stride = 2, .padding = 1, .count_include_pad = false});
  check<AvgPool2d>("avg_pool2d ceil", 2, {.ceil_mode = true});
  check<AvgPool2d>("avg_pool2d ceil padding", 3, {.stride = 2, .padding = 1, .ceil_mode = true});
  check<AvgPool2d>("avg_pool2d ceil padding without pad", 3,
                   {.stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false});
  check_module("adaptive_avg_pool2d", [] { return std::make_shared<AdaptiveAvgPool2d>(1); });
}

TEST_CASE("in ceil mode a pooling window may reach beyond the image, as in PyTorch", "[golden][operation]") {
  check<MaxPool2d>("max_pool2d beyond the image", 3, {.stride = 2, .ceil_mode = true});
  check<AvgPool2d>("avg_pool2d beyond the image", 3, {.stride = 2, .ceil_mode = true});
}
