#include "layers/fusion.h"

#include "core/random.h"
#include "layers/batch_norm.h"
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/group_norm.h"
#include "layers/layer_norm.h"
#include "layers/relu.h"
#include "layers/sequential.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {

using Layers = std::vector<std::shared_ptr<Module>>;

std::shared_ptr<Module> relu() { return std::make_shared<ReLU>(); }
std::shared_ptr<Module> drop(double p = 0.5) { return std::make_shared<Dropout2d>(p); }
std::shared_ptr<Module> gn() { return std::make_shared<GroupNorm>(2, 4); }

std::size_t fused(const Layers& layers, const Tensor& x = Tensor::zeros({2, 4, 3, 3})) {
  return fused_block(Sequential(layers).children(), x).size();
}

}  // namespace

TEST_CASE("only norm and ReLU, with or without channel dropout, are fused to one operation", "[fusion]") {
  for (const std::shared_ptr<Module>& norm :
       Layers{gn(), std::make_shared<BatchNorm2d>(4), std::make_shared<LayerNorm2d>(4),
              std::make_shared<LayerNorm>(Shape{4, 3, 3})}) {
    CHECK(fused({norm, relu()}) == 2);
    CHECK(fused({norm, relu(), drop()}) == 3);
    CHECK(fused({norm, relu(), relu()}) == 2);
    CHECK(fused({norm, relu(), std::make_shared<Dropout>(0.5)}) == 2);
  }
  CHECK(fused({gn()}) == 0);
  CHECK(fused({gn(), drop(), relu()}) == 0);
  CHECK(fused({relu(), drop()}) == 0);
}

TEST_CASE("a convolution is fused with a norm that takes one image at a time", "[fusion]") {
  const auto conv = [] { return std::make_shared<Conv2d>(4, 4, 1); };
  CHECK(fused({conv(), gn(), relu()}) == 3);
  CHECK(fused({conv(), std::make_shared<LayerNorm>(Shape{4, 3, 3}), relu(), drop()}) == 4);
  CHECK(fused({conv(), gn(), drop()}) == 0);
  CHECK(fused({conv(), relu()}) == 0);
  const auto bn = std::make_shared<BatchNorm2d>(4);
  CHECK(fused({conv(), bn, relu()}) == 0);
  bn->eval();
  CHECK(fused({conv(), bn, relu()}) == 3);
}

TEST_CASE("layers that must not be fused run one by one", "[fusion]") {
  const Layers layers = {gn(), relu(), drop()};
  const Tensor beyond_the_bus = Tensor::zeros({2, 4, 3, 3}, DType::float32, Device::simt);
  CHECK(fused(layers, beyond_the_bus) == 3);
  CHECK(fused({std::make_shared<Conv2d>(4, 4, 1), gn(), relu()}, beyond_the_bus) == 0);
  CHECK(fused({std::make_shared<LayerNorm>(Shape{3}), relu()}, Tensor::zeros({2, 3})) == 0);
  {
    const NoFusion no_fusion;
    CHECK(fused(layers) == 0);
    { const NoFusion inner; }
    CHECK(fused(layers) == 0);
  }
  CHECK(fused(layers) == 3);

  std::vector<std::string> seen;
  Sequential net(layers);
  {
    const ModuleObserver observer(
        [&](const Module& module, const Tensor&, const Tensor&) { seen.push_back(module.type()); });
    net(random_tensor({2, 4, 3, 3}, 1).to(DType::float32));
  }
  CHECK(seen == std::vector<std::string>{"GroupNorm", "ReLU", "Dropout2d", "Sequential"});
}

TEST_CASE("fused layers draw the same masks as separate ones, and none in evaluation", "[fusion]") {
  Sequential net(Layers{gn(), relu(), drop(), gn(), relu(), gn(), relu(), drop(0.0), drop(0.3), gn(), relu(),
                        drop(0.3)});
  const Tensor x = random_tensor({5, 4, 3, 3}, 1).to(DType::float32);
  const auto call = [&] {
    manual_seed(11);
    default_generator().begin_step(4);
    return net(x).to_vector<float>();
  };
  for (const bool training : {true, false}) {
    net.train(training);
    const auto together = call();
    const std::uint32_t stream = default_generator().next().stream;
    CHECK(stream == (training ? 4u : 0u));
    const NoFusion no_fusion;
    CHECK(call() == together);
    CHECK(default_generator().next().stream == stream);
  }
}

TEST_CASE("an error in a fused block names the norm", "[fusion]") {
  Sequential block(
      std::vector<std::pair<std::string, std::shared_ptr<Module>>>{{"norm", gn()}, {"relu", relu()}});
  CHECK_THROWS_WITH(block(Tensor::zeros({1, 5, 2, 2})),
                    Catch::StartsWith("layer norm (GroupNorm): takes images [N, 4, H, W]"));
}
