#include "layers/kept_memory.h"

#include "core/random.h"
#include "layers/conv2d.h"
#include "layers/group_norm.h"
#include "layers/relu.h"
#include "layers/sequential.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;

TEST_CASE("what a network keeps for its backward pass is told layer by layer", "[kept_memory]") {
  manual_seed(1);
  const auto block = [] {
    return std::make_shared<Sequential>(std::vector<std::pair<std::string, std::shared_ptr<Module>>>{
        {"conv", std::make_shared<Conv2d>(4, 4, 3, Conv2dOptions{.padding = 1})},
        {"norm", std::make_shared<GroupNorm>(2, 4)},
        {"relu", std::make_shared<ReLU>()}});
  };
  Sequential network(
      std::vector<std::pair<std::string, std::shared_ptr<Module>>>{{"A", block()}, {"B", block()}});
  const KeptMemory kept = kept_memory(network, {8, 4, 16, 16});
  constexpr std::int64_t image = 8 * 4 * 16 * 16 * 4;
  REQUIRE(kept.layers.size() == 6);
  CHECK(kept.layers[0].path == "A.conv");
  CHECK(kept.layers[0].type == "Conv2d");
  CHECK(kept.layers[0].bytes == image);                  // its output, x of the norm
  CHECK(kept.layers[1].bytes == image + 2 * 8 * 2 * 8);  // and mean and rstd of 16 sets
  // The outputs of both convolutions, for the norms; that of the first ReLU, for itself and the convolution.
  CHECK(kept.layer_by_layer == 3 * image + 2 * 2 * 8 * 2 * 8);
  CHECK(kept.fused <= kept.layer_by_layer);
  CHECK(kept.by_blocks >= 2 * image);
}
