#include "optim/weight_average.h"

#include <cmath>

#include "core/random.h"
#include "data/cifar.h"
#include "data/synthetic.h"
#include "layers/network/builder.h"
#include "optim/trainer.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {

std::shared_ptr<Sequential> small_network() {
  manual_seed(1);
  return NetworkBuilder({.norm = Norm::bn}, {3, 32, 32}, {.relu_first = true})
      .block("C1", 4, {.padding = 1})
      .max_pool("P1", 4)
      .classifier("c2")
      .global_avg_pool("GAP")
      .flatten("flat")
      .build();
}

TrainingData images(Device device = Device::cpu) {
  const DataSplit split = make_synthetic(1, 64, 16);
  return {{split.train.images.to(device), split.train.labels.to(device)},
          {split.test.images.to(device), split.test.labels.to(device)},
          {},
          cifar10_normalization};
}

constexpr double decay = 0.75;
const Recipe recipe{.epochs = 3, .batch_size = 16, .lr = 0.05, .ema = decay};

bool same(const State& a, const State& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i].name != b.at(i).name || a[i].tensor.to_vector<double>() != b[i].tensor.to_vector<double>())
      return false;
  return a.size() == b.size();
}

}  // namespace

TEST_CASE("an average of weights is the mean of all steps with weights that fall by the decay", "[ema]") {
  for (const Device device : executors()) {
    Tensor p = Tensor::from<float>({0, 0}, {2}, device);
    WeightAverage average({p}, decay);
    CHECK_THROWS_WITH(average.put(), Catch::Contains("before the first step"));
    double sum = 0, weights = 0;
    for (int step = 1; step <= 5; ++step) {
      const auto value = static_cast<float>(step * step);
      p.copy_from(Tensor::from<float>({value, -value}, {2}));
      average.update();
      sum = decay * sum + value, weights = decay * weights + 1;
    }
    average.put();
    CHECK(p.to_vector<double>()[0] == Approx(sum / weights).epsilon(1e-6));
    CHECK(p.to_vector<double>()[1] == Approx(-sum / weights).epsilon(1e-6));
  }
  CHECK_THROWS_AS(WeightAverage({}, 1), Error);
}

TEST_CASE("a training tests the averaged weights and keeps its own", "[ema][training]") {
  const auto plain = small_network(), averaged = small_network();
  Recipe without = recipe;
  without.ema = 0;
  manual_seed(5);
  Trainer one(plain, images(), without);
  const EpochResult first = one.run_epoch();
  CHECK(!first.averaged);
  CHECK_THROWS_WITH(one.averaged_state_dict(), Catch::Contains("no average"));
  manual_seed(5);
  Trainer two(averaged, images(), recipe);
  const EpochResult second = two.run_epoch();
  REQUIRE(second.averaged);
  CHECK(second.train.loss == first.train.loss);
  CHECK(second.test.loss == first.test.loss);
  CHECK(second.averaged->loss != second.test.loss);
  CHECK(same(averaged->state_dict(), plain->state_dict()));
  // What is saved scores what was reported.
  const State weights = two.averaged_state_dict();
  CHECK(!same(weights, averaged->state_dict()));
  averaged->load_state_dict(weights);
  CHECK(evaluate(*averaged, images().test, cifar10_normalization, 32).loss == second.averaged->loss);
}

TEST_CASE("averaged weights go on from a state, and in graphs, with the same bits",
          "[ema][training][resume]") {
  const auto train = [](Device device, bool graphs, int stop_after) {
    const auto network = small_network();
    manual_seed(5);
    auto trainer = std::make_unique<Trainer>(network, images(device), recipe);
    trainer->use_graphs(graphs);
    for (int epoch = 0; epoch < stop_after; ++epoch) trainer->run_epoch();
    const State state = trainer->state_dict();
    std::vector<NamedTensor> copied;
    for (const auto& [name, tensor] : state) copied.push_back({name, tensor.clone()});
    const auto other = small_network();
    manual_seed(5);
    Trainer rest(other, images(device), recipe);
    rest.use_graphs(graphs);
    rest.load_state_dict(copied);
    EpochResult last;
    while (rest.finished_epochs() < 2) last = rest.run_epoch();
    return std::pair{rest.averaged_state_dict(), last.averaged->loss};
  };
  const auto whole = train(Device::cpu, false, 0), parts = train(Device::cpu, false, 1);
  CHECK(same(whole.first, parts.first));
  CHECK(whole.second == parts.second);
  if (sanitized) return;
  const auto eager = train(Device::simt, false, 0), graphs = train(Device::simt, true, 0);
  CHECK(same(eager.first, graphs.first));
  CHECK(eager.second == graphs.second);
}
