#include "layers/batch_norm.h"
#include "layers/conv2d.h"
#include "layers/flatten.h"
#include "layers/functional/loss.h"
#include "layers/group_norm.h"
#include "layers/pool.h"
#include "layers/relu.h"
#include "layers/sequential.h"
#include "optim/optimizer.h"
#include "tests/golden/golden.h"

using namespace norma;
using namespace norma::test;

namespace {

std::shared_ptr<Sequential> block(std::shared_ptr<Module> conv, std::shared_ptr<Module> norm) {
  auto made = std::make_shared<Sequential>();
  made->add("conv", conv).add("norm", norm).add("relu", std::make_shared<ReLU>());
  return made;
}

std::shared_ptr<Sequential> make_network() {
  auto net = std::make_shared<Sequential>();
  net->add("C1", block(std::make_shared<Conv2d>(3, 6, 3, Conv2dOptions{.padding = 1, .bias = false}),
                       std::make_shared<BatchNorm2d>(6)))
      .add("pool", std::make_shared<MaxPool2d>(2))
      .add("C2", block(std::make_shared<Conv2d>(6, 8, 3, Conv2dOptions{.padding = 1}),
                       std::make_shared<GroupNorm>(4, 8)))
      .add("gap", std::make_shared<AdaptiveAvgPool2d>())
      .add("head", std::make_shared<Conv2d>(8, 10, 1))
      .add("flatten", std::make_shared<Flatten>());
  return net;
}

// Entry i of the first dimension.
Tensor entry(const Tensor& t, std::int64_t i) {
  const Shape shape(std::span(t.shape().begin() + 1, t.shape().end()));
  Tensor one = Tensor::empty(shape, t.dtype());
  const auto bytes = static_cast<std::ptrdiff_t>(one.bytes());
  std::copy_n(static_cast<const char*>(t.raw()) + i * bytes, bytes, static_cast<char*>(one.raw()));
  return one;
}

std::vector<std::string> names(const std::vector<NamedTensor>& tensors) {
  std::vector<std::string> all;
  for (const auto& [name, tensor] : tensors) all.push_back(name);
  return all;
}

}  // namespace

TEST_CASE("a network trained for 5 steps agrees with PyTorch's", "[golden][operation]") {
  const Golden golden("network");
  const Tensor images = golden["images"], targets = golden["targets"], losses = golden["losses"];
  for (const Run& run : runs()) {
    const auto net = make_network();
    REQUIRE(names(net->state_dict()) == names(golden.group("state")));  // the order too
    net->load_state_dict(golden.group("state"));
    net->to(run.dtype), net->to(run.device);
    SGD sgd(net->parameters(), {.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01});
    std::vector<double> got;
    for (std::int64_t step = 0; step < losses.numel(); ++step) {
      const Tensor scores = (*net)(run.prepare(entry(images, step)));
      const Tensor loss = functional::cross_entropy(scores, run.prepare(entry(targets, step)));
      sgd.zero_grad();
      loss.backward();
      sgd.step();
      got.push_back(loss.item());
    }
    compare(run, Tensor::from(got, losses.shape()), losses, "losses");
    compare_all(run, net->state_dict(), golden.group("after"));
    net->eval();
    compare(run, (*net)(run.prepare(entry(images, 0))).detach(), golden["evaluated"], "the scores in eval");
  }
}
