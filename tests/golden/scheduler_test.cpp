#include "optim/scheduler.h"

#include "tests/golden/golden.h"

using namespace norma;
using namespace norma::test;

namespace {

// PyTorch computes most rates from the previous rate; its rounding errors grow to 2e-14 within 100 steps.
constexpr double tolerance = 1e-13;

SGD make_sgd() { return SGD({Tensor::zeros({1})}, {.lr = 0.4, .momentum = 0.5}); }

// The rate and the momentum at each of PyTorch's 100 steps.
void check(const std::string& name, Optimizer& optimizer, Scheduler& scheduler) {
  const Golden golden("scheduler");
  const Tensor want = golden[name + "/lr"];
  const auto metrics = golden["metrics"].to_vector<double>();
  const double first_momentum = optimizer.momentum();
  std::vector<double> rates, momenta;
  for (std::int64_t t = 0; t < want.numel(); ++t) {
    if (t > 0) scheduler.step(metrics[static_cast<std::size_t>(t - 1)]);
    rates.push_back(optimizer.lr());
    momenta.push_back(optimizer.momentum());
  }
  require_close(Tensor::from(rates, want.shape()), want, tolerance, name);
  // Stored only if it changes.
  const auto cycled = golden.group(name + "/momentum");
  const Tensor momentum = cycled.empty() ? Tensor::full(want.shape(), first_momentum) : cycled[0].tensor;
  require_close(Tensor::from(momenta, want.shape()), momentum, tolerance, name + ", the momentum");
}

template <class AnyScheduler, class... Options>
void check(const std::string& name, const Options&... options) {
  SGD sgd = make_sgd();
  AnyScheduler scheduler(sgd, options...);
  check(name, sgd, scheduler);
}

}  // namespace

TEST_CASE("the rates of StepLR and CosineAnnealingLR agree with PyTorch's", "[golden]") {
  check<StepLR>("step", 30);
  check<StepLR>("step gamma", 7, 0.8);
  check<CosineAnnealingLR>("cosine 50", 50);
  check<CosineAnnealingLR>("cosine 100", 100);
  check<CosineAnnealingLR>("cosine 100 eta_min", 100, 0.02);
  check<CosineAnnealingLR>("cosine 30 eta_min", 30, 0.02);
}

TEST_CASE("the rates of OneCycleLR agree with PyTorch's", "[golden]") {
  const auto cycle = [](const std::string& name, const OneCycleOptions& options) {
    check<OneCycleLR>(name, options);
  };
  constexpr double rate = 0.8;
  constexpr int steps = 100;
  cycle("cycle", {.max_lr = rate, .total_steps = steps});
  cycle("cycle linear", {.max_lr = rate, .total_steps = steps, .linear = true});
  cycle("cycle three phases", {.max_lr = rate, .total_steps = steps, .three_phase = true});
  cycle("cycle linear three phases",
        {.max_lr = rate, .total_steps = steps, .pct_start = 0.4, .linear = true, .three_phase = true});
  cycle("cycle fixed momentum", {.max_lr = rate, .total_steps = steps, .cycle_momentum = false});
  cycle("cycle pct 0.1",
        {.max_lr = rate, .total_steps = steps, .pct_start = 0.1, .base_momentum = 0.7, .max_momentum = 0.9});
  cycle(
      "cycle pct 0.333",
      {.max_lr = rate, .total_steps = steps, .pct_start = 0.333, .div_factor = 10, .final_div_factor = 100});
  cycle("cycle pct 0", {.max_lr = rate, .total_steps = steps, .pct_start = 0});
  cycle("cycle pct 1", {.max_lr = rate, .total_steps = steps, .pct_start = 1});

  Adam adam({Tensor::zeros({1})});
  OneCycleLR scheduler(adam, {.max_lr = rate, .total_steps = steps});
  check("cycle adam", adam, scheduler);
}

TEST_CASE("the rates of ReduceLROnPlateau agree with PyTorch's", "[golden]") {
  const auto plateau = [](const std::string& name, const PlateauOptions& options = {}) {
    check<ReduceLROnPlateau>("plateau " + name, options);
  };
  plateau("default");
  plateau("patience", {.factor = 0.5, .patience = 3});
  plateau("impatient", {.factor = 0.9, .patience = 0, .threshold = 0});
  plateau("abs", {.factor = 0.7, .patience = 2, .threshold = 0.05, .absolute_threshold = true});
  plateau("max", {.maximize = true, .factor = 0.5, .patience = 3});
  plateau("max abs",
          {.maximize = true, .factor = 0.6, .patience = 4, .threshold = 0.5, .absolute_threshold = true});
  plateau("cooldown", {.factor = 0.5, .patience = 1, .cooldown = 4});
  plateau("min_lr", {.factor = 0.3, .patience = 1, .min_lr = 0.01});
  plateau("eps", {.factor = 0.5, .patience = 1, .eps = 0.01});
}
