// Running statistics of batch norms, computed anew; and the two settings of the layer that this needs.
#include "optim/recalibrate.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/autograd.h"
#include "core/random.h"
#include "data/synthetic.h"
#include "layers/batch_norm.h"
#include "layers/sequential.h"
#include "optim/presets.h"
#include "tests/support/catch.h"

using namespace norma;

namespace {

Tensor images(float offset) {
  std::vector<float> numbers;
  for (int i = 0; i < 4 * 2 * 4; ++i) numbers.push_back(static_cast<float>(i * 7 % 11) + offset);
  return Tensor::from(numbers, {4, 2, 2, 2});
}

}  // namespace

TEST_CASE("the settings of a batch norm survive train and eval, and are described",
          "[batch_norm][settings]") {
  using Statistics = BatchNorm2d::Statistics;
  using Updates = BatchNorm2d::Updates;
  BatchNorm2d norm(2);
  const auto mean = [&] { return norm.running_mean.to_vector<float>(); };
  norm(images(0));
  const auto first = mean();
  const auto normalized = norm(images(5)).to_vector<float>();
  CHECK(mean() != first);
  CHECK_THAT(norm.description(), !Catch::Contains("statistics=batch"));

  norm.set_statistics(Statistics::batch, Updates::never);
  CHECK_THAT(norm.description(), Catch::Contains(", statistics=batch, updates=never)"));
  const auto before = mean();
  for (const bool training : {true, false}) {
    norm.train(training);
    CHECK(norm(images(5)).to_vector<float>() == normalized);
    CHECK(mean() == before);
    CHECK(!norm.image_by_image());
  }
  norm.set_statistics(Statistics::batch, Updates::always);
  norm.eval();
  const std::int64_t batches = norm.num_batches_tracked.to_vector<std::int64_t>()[0];
  norm(images(9));
  CHECK(mean() != before);
  CHECK(norm.num_batches_tracked.to_vector<std::int64_t>()[0] == batches + 1);

  norm.set_statistics(Statistics::running);
  norm.train();
  const auto frozen = mean();
  CHECK(norm(images(5)).to_vector<float>() != normalized);
  CHECK(mean() == frozen);
  CHECK(norm.image_by_image());
  BatchNorm2d without(2, {.track_running_stats = false});
  CHECK_THROWS_WITH(without.set_statistics(Statistics::running), Catch::Contains("no running statistics"));
}

TEST_CASE("recalibrated statistics are those of the training images", "[recalibrate]") {
  Sequential network(std::vector<std::shared_ptr<Module>>{std::make_shared<BatchNorm2d>(3)});
  auto& norm = dynamic_cast<BatchNorm2d&>(*network.children().front().second);
  const Dataset set = make_synthetic(1, 64, 10).train;
  const Normalization pixels{{0, 0, 0}, {1, 1, 1}};
  CHECK(recalibrate(network, set, pixels, 16) == 1);
  const Normalization measured = measure_normalization(set);
  for (std::size_t c = 0; c < 3; ++c) {
    CHECK(norm.running_mean.to_vector<float>()[c] == Approx(measured.mean[c]).epsilon(1e-5));
    CHECK(norm.running_var.to_vector<float>()[c] == Approx(measured.std[c] * measured.std[c]).epsilon(1e-4));
  }
  CHECK(norm.statistics() == BatchNorm2d::Statistics::by_mode);
  CHECK(norm.momentum() == 0.1);
  CHECK(norm.num_batches_tracked.to_vector<std::int64_t>()[0] == 4);
  CHECK(recalibrate(*find_preset("c11-48096").network({.norm = Norm::gn}), set, cifar10_normalization, 16) ==
        0);
}

TEST_CASE("a network that is recalibrated on a batch computes in evaluation what it computes in training",
          "[recalibrate]") {
  manual_seed(1);
  const auto network = find_preset("c11-48096").network({.norm = Norm::bn, .dropout = 0});
  const Dataset set = make_synthetic(1, 64, 10).train;
  std::vector<std::int64_t> all(64);
  std::iota(all.begin(), all.end(), 0);
  const Tensor x = load_batch(set, all, cifar10_normalization).x;
  const auto scores = [&](bool training) {
    const NoGrad no_grad;
    network->train(training);
    return (*network)(x).to_vector<float>();
  };
  const auto trained = scores(true), before = scores(false);
  CHECK(recalibrate(*network, set, cifar10_normalization, 64) == 8);
  const auto after = scores(false);
  double largest = 0, wrong = 0, repaired = 0;
  for (std::size_t i = 0; i < trained.size(); ++i) {
    largest = std::max(largest, std::abs(double{trained[i]}));
    wrong = std::max(wrong, std::abs(double{before[i]} - trained[i]));
    repaired = std::max(repaired, std::abs(double{after[i]} - trained[i]));
  }
  CHECK(wrong > 0.05 * largest);
  CHECK(repaired < 1e-4 * largest);
}
