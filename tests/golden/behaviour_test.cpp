// Errors of PyTorch and the order of its lists, as observed in PyTorch 1.13. The golden file cannot store
// them.

#include "layers/batch_norm.h"
#include "layers/functional/pool.h"
#include "layers/group_norm.h"
#include "layers/instance_norm.h"
#include "layers/linear.h"
#include "optim/scheduler.h"
#include "tests/support/catch.h"

using namespace norma;

namespace {

// Registers its members in another order than PyTorch lists them.
class Unordered : public Module {
 public:
  Unordered() {
    first_ = register_module("first", std::make_shared<Linear>(1, 1));
    register_buffer("buffer", buffer_);
    register_parameter("parameter", parameter_);
    register_module("again", first_);
  }
  std::string type() const override { return "Unordered"; }

 protected:
  Tensor forward(const Tensor& x) override { return x; }

 private:
  std::shared_ptr<Linear> first_;
  Tensor buffer_ = Tensor::zeros({1}), parameter_ = constant_parameter({1}, 0);
};

std::vector<std::string> names(const std::vector<NamedTensor>& tensors) {
  std::vector<std::string> all;
  for (const auto& [name, tensor] : tensors) all.push_back(name);
  return all;
}

}  // namespace

TEST_CASE("norms refuse sets of one value in the same cases as PyTorch", "[golden]") {
  const Tensor one = Tensor::full({1, 4, 1, 1}, 2), two = Tensor::full({2, 4, 1, 1}, 2);
  BatchNorm2d batch(4), untracked(4, {.track_running_stats = false});
  InstanceNorm2d instance(4), tracked(4, {.track_running_stats = true});
  GroupNorm group(4, 4), pair(2, 4);
  CHECK_THROWS_AS(batch(one), Error);
  CHECK_NOTHROW(batch(two));
  CHECK_THROWS_AS(untracked(one), Error);
  CHECK_THROWS_AS(instance(two), Error);
  for (Module* module : std::initializer_list<Module*>{&batch, &untracked, &instance, &tracked})
    module->eval();
  CHECK_NOTHROW(batch(one));
  CHECK_THROWS_AS(untracked(one), Error);  // normalised by the input's own statistics in evaluation too
  CHECK_THROWS_AS(instance(two), Error);
  CHECK_NOTHROW(tracked(two));
  CHECK_THROWS_AS(group(one), Error);
  CHECK_NOTHROW(group(two));  // PyTorch counts over the batch here
  CHECK_NOTHROW(pair(one));
}

TEST_CASE("pooling refuses the paddings that PyTorch refuses", "[golden]") {
  const Tensor x = Tensor::full({1, 1, 5, 5}, 1);
  for (const auto& [kernel, padding] : {std::pair{1, 1}, {2, 2}, {3, 2}, {4, 3}}) {
    CHECK_THROWS_AS(functional::max_pool2d(x, kernel, 1, padding), Error);
    CHECK_THROWS_AS(functional::avg_pool2d(x, kernel, 1, padding), Error);
    CHECK_NOTHROW(functional::max_pool2d(x, kernel, 1, kernel / 2));
  }
  CHECK_THROWS_AS(functional::max_pool2d(x, 6), Error);
}

TEST_CASE("optimizers and schedulers refuse the same arguments as PyTorch", "[golden]") {
  const std::vector<Tensor> p = {constant_parameter({1}, 1)};
  CHECK_THROWS_AS(SGD(p, {.lr = -1}), Error);
  CHECK_THROWS_AS(SGD(p, {.lr = 1, .momentum = -1}), Error);
  CHECK_THROWS_AS(SGD(p, {.lr = 1, .weight_decay = -1}), Error);
  CHECK_THROWS_AS(SGD(p, {.lr = 1, .momentum = 0.9, .dampening = 0.1, .nesterov = true}), Error);
  CHECK_THROWS_AS(Adam(p, {.beta1 = 1}), Error);
  CHECK_THROWS_AS(Adam(p, {.beta2 = -0.1}), Error);
  CHECK_THROWS_AS(Adam(p, {.eps = -1}), Error);
  CHECK_THROWS_AS(Adam(p, {.weight_decay = -1}), Error);
  SGD sgd(p, {.lr = 1});
  CHECK_THROWS_AS(OneCycleLR(sgd, {.max_lr = 1, .total_steps = 0}), Error);
  CHECK_THROWS_AS(OneCycleLR(sgd, {.max_lr = 1, .total_steps = 9, .pct_start = 1.5}), Error);
  CHECK_THROWS_AS(ReduceLROnPlateau(sgd, {.factor = 1}), Error);
}

TEST_CASE("state_dict lists parameters, then buffers, then children, and shared ones twice", "[golden]") {
  const Unordered module;
  CHECK(names(module.state_dict()) == std::vector<std::string>{"parameter", "buffer", "first.weight",
                                                               "first.bias", "again.weight", "again.bias"});
  CHECK(names(module.named_parameters()) ==
        std::vector<std::string>{"parameter", "first.weight", "first.bias"});
}
