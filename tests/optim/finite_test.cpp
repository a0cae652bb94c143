// Numbers that are NaN or infinite are noticed in the step that makes them, and named.
#include "optim/finite.h"

#include <cmath>

#include "apps/cli/options.h"
#include "core/random.h"
#include "data/synthetic.h"
#include "optim/trainer.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

struct Session {
  std::shared_ptr<Module> network;
  Trainer trainer;
};

Session session(const std::string& on_nan, Device device = Device::cpu) {
  DataSplit split = make_synthetic(1, 48, 16);
  for (Dataset* set : {&split.train, &split.test}) *set = {set->images.to(device), set->labels.to(device)};
  Options options;
  options.network = {.norm = Norm::bn, .groups = {}, .dropout = 0.1};
  options.recipe.epochs = 2, options.recipe.batch_size = 8;
  options.recipe.on_nan = on_nan;
  manual_seed(3);
  auto network = make_network(options);
  return {network, Trainer(network, {split.train, split.test, {}, cifar10_normalization}, options.recipe)};
}

// Makes one number of the tensor NaN, on any device.
void spoil(const Tensor& tensor) {
  copy_bytes(tensor.device(), tensor.raw(), Device::cpu, &not_a_number, sizeof not_a_number);
}

Tensor tensor_of(const Module& network, const std::string& name) {
  for (const NamedTensor& t : network.state_dict())
    if (t.name == name) return t.tensor;
  FAIL("no tensor is called " << name);
  return {};
}

std::vector<double> weights(const Module& network) {
  std::vector<double> all;
  for (const NamedTensor& t : network.state_dict())
    for (const double v : t.tensor.to_vector<double>()) all.push_back(v);
  return all;
}

}  // namespace

TEST_CASE("is_finite looks at every number", "[finite]") {
  for (const std::int64_t size : {1, 3, 17, 1000})
    for (const float bad :
         {not_a_number, std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()})
      for (const std::int64_t at : {std::int64_t{0}, size / 2, size - 1}) {
        const Tensor t = Tensor::full({size}, std::numeric_limits<float>::max());
        CHECK(is_finite(t));
        t.data<float>()[at] = bad;
        CHECK(!is_finite(t));
        CHECK(!is_finite(t.to(DType::float64)));
      }
  CHECK(is_finite(Tensor()));
  CHECK(is_finite(Tensor::full({2}, 1, DType::int64)));
}

TEST_CASE("training stops at the step that has a number that is not finite, and names its place",
          "[finite]") {
  const auto error = [](const std::function<void(const Module&, const Batch&)>& spoil_step_4) {
    Session s = session("stop");
    s.trainer.before_each_step([&](const Module& network, const Batch& batch, std::uint32_t step) {
      if (step == 3) spoil_step_4(network, batch);
    });
    try {
      s.trainer.run_epoch();
    } catch (const Diverged& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  const std::string when = " is not finite while training in epoch 1, step 4";
  const auto first = session("stop").network->named_parameters().front().name;  // "C1.conv.weight"
  const std::string layer = first.substr(0, first.rfind('.'));
  CHECK(error([](const Module&, const Batch& batch) { spoil(batch.x); }) == "the output of " + layer + when);
  CHECK(error([&](const Module& network, const Batch&) { spoil(tensor_of(network, first)); }) ==
        "the parameter " + first + when);
  std::string buffer;
  for (const NamedTensor& t : session("stop").network->state_dict())
    if (buffer.empty() && t.name.ends_with("running_var")) buffer = t.name;
  CHECK(error([&](const Module& network, const Batch&) { spoil(tensor_of(network, buffer)); }) ==
        "the buffer " + buffer + when);
  CHECK(error([](const Module&, const Batch&) {}).empty());
}

TEST_CASE("on_nan skip leaves a step out, and its statistics", "[finite]") {
  for (const Device device : {Device::cpu, Device::simt}) {
    if (test::sanitized && device == Device::simt) continue;
    CAPTURE(name(device));
    Session s = session("skip", device);
    std::vector<double> before, after;
    s.trainer.before_each_step([&](const Module& network, const Batch& batch, std::uint32_t step) {
      if (step == 3) spoil(batch.x), before = weights(network);
      if (step == 4) after = weights(network);
    });
    const EpochResult result = s.trainer.run_epoch();
    CHECK(s.trainer.skipped_steps() == 1);
    CHECK(before == after);
    CHECK(std::isfinite(result.train.loss));
    CHECK(std::isfinite(result.test.loss));
  }
}

TEST_CASE("on_nan continue trains on, and the score is NaN", "[finite]") {
  Session s = session("continue");
  s.trainer.before_each_step([](const Module&, const Batch& batch, std::uint32_t step) {
    if (step == 3) spoil(batch.x);
  });
  const EpochResult result = s.trainer.run_epoch();
  CHECK(std::isnan(result.train.loss));
  CHECK(std::isnan(result.test.loss));
}
