// A training whose loss contains a gradient: double backpropagation (Drucker and Le Cun 1992). The loss is
//
//   cross entropy + strength·(mean square of ∂ cross entropy/∂ image, times the number of pixels)
//
// so that scores change little when the pixels do. It trains a small network on the built-in digits,
// without and with the penalty, and prints the accuracy on clean test images and on images with noise.
#include <norma/core/autograd.h>
#include <norma/core/random.h>
#include <norma/data/find_data.h>
#include <norma/data/loader.h>
#include <norma/layers/functional/arithmetic.h>
#include <norma/layers/functional/loss.h>
#include <norma/layers/functional/reshape.h>
#include <norma/layers/fusion.h>
#include <norma/layers/network/builder.h>
#include <norma/optim/optimizer.h>

#include <cstdio>
#include <cstdlib>

using namespace norma;

namespace {

/// Per image: the squared length of the gradient of its share of the loss by its pixels.
Tensor penalty_of(const Tensor& loss, const Tensor& x) {
  const Tensor dx = grad(loss, {x}, {}, true)[0];
  return functional::reshape(
      functional::sum(functional::square(functional::reshape(dx, {1, dx.numel()})), {1}), {1});
}

double accuracy(Module& network, const Batch& batch, double noise) {
  const NoGrad no_grad;
  network.eval();
  const RandomSequence random{5};
  std::vector<float> pixels = batch.x.to_vector<float>();
  for (std::size_t i = 0; i < pixels.size(); ++i)
    pixels[i] += static_cast<float>(noise * (2 * random.uniform(i) - 1));
  const Tensor scores = network(Tensor::from(pixels, batch.x.shape()));
  return 100 * functional::correct_count(scores, batch.target).item() / static_cast<double>(batch.x.size(0));
}

std::vector<std::int64_t> range(std::int64_t first, std::int64_t count) {
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < count; ++i) indices.push_back(first + i);
  return indices;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::int64_t steps = argc > 1 ? std::atoll(argv[1]) : 120;
  const DataSplit images = load_data(mnist_data, std::nullopt);  // built-in digits
  for (const double strength : {0.0, 30.0}) {
    manual_seed(1);
    const auto network = NetworkBuilder({.norm = Norm::ln}, mnist_data.image, {})
                             .block("C1", 8, {.padding = 1})
                             .max_pool("P1", 2)
                             .block("C2", 16, {.padding = 1})
                             .max_pool("P2", 2)
                             .block("C3", 16, {.padding = 1})
                             .global_avg_pool("GAP")
                             .classifier("c4")
                             .flatten("flat")
                             .build();
    SGD optimizer(network->parameters(), {.lr = 0.05, .momentum = 0.9});
    const NoFusion no_fusion;  // what is fused cannot be differentiated twice
    double loss = 0, penalty = 0;
    for (std::int64_t step = 0; step < steps; ++step) {
      const Batch batch = load_batch(images.train, range(32 * step % 1024, 32), mnist_data.normalization);
      Tensor x = batch.x;
      x.set_requires_grad();
      network->zero_grad();
      const Tensor entropy = functional::reshape(functional::cross_entropy((*network)(x), batch.target), {1});
      const Tensor length = penalty_of(entropy, x);
      (entropy + length * strength).backward();
      optimizer.step();
      loss = entropy.item(), penalty = length.item();
    }
    const Batch test = load_batch(images.test, range(0, 500), mnist_data.normalization);
    std::printf(
        "penalty %4.1f: loss %.3f, squared gradient %.2e, test accuracy %.1f %%, with noise %.1f %%\n",
        strength, loss, penalty, accuracy(*network, test, 0), accuracy(*network, test, 2));
  }
} catch (const std::exception& e) {
  std::fprintf(stderr, "gradient_penalty: %s\n", e.what());
  return 1;
}
