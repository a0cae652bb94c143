#include "optim/cross_check.h"

#include "core/autograd.h"
#include "core/random.h"
#include "layers/flatten.h"
#include "layers/functional/add.h"
#include "layers/functional/relu.h"
#include "layers/functional/reshape.h"
#include "layers/linear.h"
#include "layers/sequential.h"
#include "optim/presets.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"
#include "tests/support/norms.h"

using namespace norma;
using namespace norma::test;

namespace {

enum class Mistake { none, forward, backward, nan };

// A layer that is correct on the CPU and wrong on a device.
class Flawed : public Module {
 public:
  explicit Flawed(Mistake mistake) : mistake_(mistake) {}
  std::string type() const override { return "Flawed"; }

 protected:
  Tensor forward(const Tensor& x) override {
    const bool wrong = !on_host(x.device());
    std::vector<float> values = x.to_vector<float>();
    if (wrong && mistake_ == Mistake::forward) values.at(7) += 0.5f;
    if (wrong && mistake_ == Mistake::nan) values.at(7) = std::nanf("");
    const Tensor y = Tensor::from(values, x.shape(), x.device());
    return record("flawed", y, {x}, [=, this](const Tensor& dy) -> Gradients {
      return {wrong && mistake_ == Mistake::backward ? functional::add(dy, dy) : dy};
    });
  }

 private:
  Mistake mistake_;
};

Batch some_batch() {
  return {random_tensor({4, 3, 32, 32}, 1).to(DType::float32).to(Device::simt),
          Tensor::from<std::int64_t>({1, 0, 9, 3}, {4}, Device::simt)};
}

void check_flawed(Mistake mistake) {
  const auto make = [=] {
    const auto network = std::make_shared<Sequential>();
    network->add("flat", std::make_shared<Flatten>());
    network->add("odd", std::make_shared<Flawed>(mistake));
    network->add("out", std::make_shared<Linear>(3072, 10));
    return network;
  };
  const auto network = make();
  network->to(Device::simt);
  CrossCheck check(make, Device::simt);
  check(*network, some_batch(), 2);
}

}  // namespace

TEST_CASE("a cross-check checks every layer of a network, and changes nothing in it", "[cross_check]") {
  for (const Norm norm : test::every_norm()) {
    if (sanitized && norm != Norm::bn && norm != Norm::gn) continue;  // their kernels have tests of their own
    const auto make = [=] { return find_preset("c11-48096").network({.norm = norm}); };
    const auto network = make();
    network->to(Device::simt);
    std::vector<std::vector<double>> before;
    for (const auto& [name, t] : network->state_dict()) before.push_back(t.to_vector<double>());
    CrossCheck check(make, Device::simt);
    check(*network, some_batch(), 0);
    CHECK_THAT(check.summary(),
               Catch::Contains("layers and the loss agree") && Catch::Contains("in 1 steps"));
    std::size_t i = 0;
    for (const auto& [name, t] : network->state_dict()) CHECK(t.to_vector<double>() == before[i++]);
  }
}

TEST_CASE("a cross-check allows for filters that are rounded apart", "[cross_check]") {
  const auto make = [] {
    return find_preset("norma-49k").network({.norm = Norm::gn, .precision = Precision::bf16});
  };
  const auto network = make();
  network->to(Device::simt);
  CrossCheck check(make, Device::simt, Precision::bf16);
  for (std::uint32_t step = 0; step < 2; ++step) check(*network, some_batch(), step);
  CHECK_THAT(check.summary(), Catch::Contains("to 0.004 of"));
}

TEST_CASE("a cross-check stops at the first mismatch, with layer, tensor, index and both values",
          "[cross_check]") {
  using Catch::Contains;
  CHECK_NOTHROW(check_flawed(Mistake::none));
  CHECK_THROWS_WITH(check_flawed(Mistake::forward), Contains("layer odd (Flawed) in step 3") &&
                                                        Contains("y at [0, 7] is") &&
                                                        Contains("on simt and") && Contains("on cpu"));
  CHECK_THROWS_WITH(check_flawed(Mistake::nan), Contains("y at [0, 7] is nan on simt"));
  CHECK_THROWS_WITH(check_flawed(Mistake::backward), Contains("layer odd") && Contains("dx at [0, 0] is"));
}
