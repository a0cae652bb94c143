#include "layers/export/fold.h"

#include "core/autograd.h"
#include "core/random.h"
#include "layers/batch_norm.h"
#include "layers/conv2d.h"
#include "layers/network/builder.h"
#include "layers/relu.h"
#include "layers/residual.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {

/// Blocks with every kind of convolution that can be folded; its statistics are not 0 and 1.
std::shared_ptr<Sequential> trained(Norm norm, bool standardize) {
  manual_seed(1);
  const auto network = NetworkBuilder({.norm = norm, .classes = 4}, {3, 12, 12}, {.standardize = standardize})
                           .block("C1", 6, {.padding = 1})
                           .residual("R2", [](NetworkBuilder& b) { b.block("a", 6, {.padding = 1}); })
                           .max_pool("P", 2)
                           .block("C3", 8, {.kernel = 1})
                           .global_avg_pool("GAP")
                           .classifier("c4")
                           .flatten("flat")
                           .build();
  std::uint64_t seed = 10;
  for (auto& [name, tensor] : network->state_dict())
    if (name.find("norm") != std::string::npos && tensor.dtype() == DType::float32)
      tensor.copy_from(random_tensor(tensor.shape(), ++seed, 0.5, 1.5));
  network->eval();
  return network;
}

int batch_norms(const Module& module) {
  int count = module.type() == "BatchNorm2d" || module.type() == "BatchRenorm2d";
  for (const auto& [name, child] : module.children()) count += batch_norms(*child);
  return count;
}

}  // namespace

TEST_CASE("a network with folded batch norms computes the same", "[export][fold]") {
  const NoGrad no_grad;
  const Tensor x = random_tensor({5, 3, 12, 12}, 3).to(DType::float32);
  for (const Norm norm : {Norm::bn, Norm::brn})
    for (const bool standardize : {false, true}) {
      CAPTURE(name(norm), standardize);
      const auto network = trained(norm, standardize);
      const Tensor want = (*network)(x);
      CHECK(batch_norms(*network) == 3);
      const auto folded = fold_batch_norms(*network);
      CHECK(batch_norms(*folded) == 0);
      require_close((*folded)(x), want, 1e-5, "scores");
      std::vector<std::string> names;
      for (const auto& [name, tensor] : folded->state_dict()) names.push_back(name);
      CHECK(names == std::vector<std::string>{"C1.conv.weight", "C1.conv.bias", "R2.body.a.conv.weight",
                                              "R2.body.a.conv.bias", "C3.conv.weight", "C3.conv.bias",
                                              "c4.weight"});
    }
}

TEST_CASE("a depthwise convolution is folded as others are", "[export][fold]") {
  const NoGrad no_grad;
  manual_seed(1);
  const auto network = std::make_shared<Sequential>();
  network->add("conv",
               std::make_shared<Conv2d>(4, 4, 3, Conv2dOptions{.padding = 2, .dilation = 2, .groups = 4}));
  network->add("norm", std::make_shared<BatchNorm2d>(4));
  for (auto& [name, tensor] : network->state_dict())
    if (name.starts_with("norm") && tensor.dtype() == DType::float32)
      tensor.copy_from(random_tensor(tensor.shape(), 7, 0.5, 1.5));
  network->eval();
  const Tensor x = random_tensor({2, 4, 7, 6}, 3).to(DType::float32);
  require_close((*fold_batch_norms(*network))(x), (*network)(x), 1e-5, "y");
}

TEST_CASE("what cannot be folded exactly is refused by name", "[export][fold]") {
  using Catch::Contains;
  const auto network = [](Norm norm, bool relu_first) {
    return NetworkBuilder({.norm = norm}, {3, 8, 8}, {.relu_first = relu_first})
        .block("C1", 4, {.padding = 1})
        .classifier("c2")
        .build();
  };
  CHECK_THROWS_WITH(fold_batch_norms(*network(Norm::bn, true)),
                    Contains("C1.norm") && Contains("does not follow"));
  CHECK_THROWS_WITH(fold_batch_norms(*network(Norm::gn, false)), Contains("no batch norms"));
  const Sequential rounded(
      {{"conv", std::make_shared<Conv2d>(3, 4, 3, Conv2dOptions{.precision = Precision::bf16})},
       {"norm", std::make_shared<BatchNorm2d>(4)}});
  CHECK_THROWS_WITH(fold_batch_norms(rounded),
                    Contains("conv cannot be folded: it rounds its factors to bf16"));
  Sequential untracked(
      {{"conv", std::make_shared<Conv2d>(3, 4, 3)},
       {"norm", std::make_shared<BatchNorm2d>(4, BatchNorm2dOptions{.track_running_stats = false})}});
  CHECK_THROWS_WITH(fold_batch_norms(untracked),
                    Contains("norm cannot be folded") && Contains("statistics of each batch"));
}
