// The norms of layers/zoo/, on all executors, and what they are meant to do. Golden values of PyTorch:
// tests/golden/norm_test.cpp.
#include <cmath>

#include "core/autograd.h"
#include "layers/batch_norm.h"
#include "layers/network/norms.h"
#include "layers/zoo/batch_renorm.h"
#include "layers/zoo/filter_response_norm.h"
#include "layers/zoo/global_response_norm.h"
#include "layers/zoo/proxy_norm.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {

/// The layer as a function of x and of its parameters, which take the first values of PyTorch's oracles.
Function function_of(const std::function<std::shared_ptr<Module>()>& make) {
  return [make](const Inputs& t) {
    const auto layer = make();
    layer->to(t[0].dtype()), layer->to(t[0].device());
    const auto parameters = layer->named_parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      // The layer computes with the inputs themselves, so that they get the gradients.
      Tensor handle = parameters[i].tensor;
      handle.copy_from(t[i + 1].detach());
    }
    return (*layer)(t[0]);
  };
}

Inputs inputs_of(Module& layer, const Shape& x) {
  Inputs inputs = {random_tensor(x, 1, -2, 3)};
  std::uint64_t seed = 2;
  for (const auto& [name, tensor] : layer.named_parameters())
    inputs.push_back(random_tensor(tensor.shape(), seed++, 0.5, 1.5));
  return inputs;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

}  // namespace

TEST_CASE("the norms of the zoo agree with their reference and with central differences",
          "[zoo][operation]") {
  for (const NormRow& row : all_norms()) {
    if (row.norm < Norm::brn) continue;
    for (const Shape& shape : {Shape{2, 6, 3, 5}, Shape{3, 4, 8, 8}, Shape{4, 6, 1, 1}}) {
      if ((row.norm == Norm::evonorm_s0 || row.norm == Norm::frn) && shape[2] == 1)
        continue;  // x/|x|: its gradient is only rounding
      CAPTURE(row.name, shape.to_string());
      const NormPlace place{shape[1], shape[2], shape[3], 2};
      const Inputs inputs = inputs_of(*row.make(place), shape);
      check_operation({inputs[0]}, [&](const Inputs& t) {
        Inputs all = inputs;
        for (Tensor& input : all) input = input.to(t[0].dtype()).to(t[0].device());
        all[0] = t[0];
        return function_of([&] { return row.make(place); })(all);
      });
    }
  }
}

TEST_CASE("a ghost batch norm is batch norm over each ghost batch", "[zoo][batch_norm]") {
  for (const Device device : executors())
    for (const std::int64_t images : {6, 7}) {
      CAPTURE(name(device), images);
      BatchNorm2d ghost(3, {.ghost = 2}), plain(3);
      ghost.to(device), plain.to(device);
      const std::int64_t image = 3 * 4 * 5;
      const auto numbers = random_tensor({images, 3, 4, 5}, 9, -1, 3).to_vector<float>(),
                 cotangent = random_tensor({images, 3, 4, 5}, 10).to_vector<float>();
      Tensor x = Tensor::from(numbers, {images, 3, 4, 5}, device);
      x.set_requires_grad();
      const Tensor y = ghost(x);
      y.backward(Tensor::from(cotangent, {images, 3, 4, 5}, device));
      std::vector<float> want, want_dx;
      for (std::int64_t first = 0; first < images; first += 2) {
        const std::int64_t count = std::min<std::int64_t>(2, images - first);
        const auto part = [&](const std::vector<float>& all) {
          return Tensor::from(
              std::vector<float>(all.begin() + first * image, all.begin() + (first + count) * image),
              {count, 3, 4, 5}, device);
        };
        Tensor part_of_x = part(numbers);
        part_of_x.set_requires_grad();
        const Tensor part_of_y = plain(part_of_x);
        part_of_y.backward(part(cotangent));
        for (const float v : part_of_y.to_vector<float>()) want.push_back(v);
        for (const float v : part_of_x.grad().to_vector<float>()) want_dx.push_back(v);
      }
      CHECK(y.to_vector<float>() == want);
      CHECK(x.grad().to_vector<float>() == want_dx);
      CHECK(ghost.running_mean.to_vector<float>() == plain.running_mean.to_vector<float>());
      CHECK(ghost.running_var.to_vector<float>() == plain.running_var.to_vector<float>());
      CHECK(ghost.num_batches_tracked.item() == 1);
      require_close(ghost.weight.grad(), plain.weight.grad(), 1e-6, "dweight");
      require_close(ghost.bias.grad(), plain.bias.grad(), 1e-6, "dbias");
    }
  BatchNorm2d one(3, {.ghost = 2});
  CHECK_THROWS_WITH(one(Tensor::full({3, 3, 1, 1}, 1)), Catch::Contains("last ghost batch"));
  CHECK_THROWS_AS(BatchNorm2d(3, {.momentum = std::nullopt, .ghost = 2}), Error);
}

TEST_CASE("batch renorm begins as batch norm, and ends as its own evaluation", "[zoo]") {
  const Tensor x = random_tensor({8, 3, 5, 5}, 4, 1, 3).to(DType::float32);
  BatchRenorm2d warm(3);
  BatchNorm2d plain(3);
  require_close(warm(x), plain(x), 1e-6, "while r = 1 and d = 0");
  CHECK(warm.num_batches_tracked.item() == 1);
  require_close(warm.running_var, plain.running_var, 1e-6, "running variance");
  // With wide limits, training computes what evaluation computes with the statistics before the update.
  BatchRenorm2d wide(3, {.momentum = 0, .r_max = 1e6, .d_max = 1e6, .warmup = -2, .r_end = -1, .d_end = -1});
  wide.running_mean.copy_from(Tensor::from<float>({1, 2, 3}, {3}));
  wide.running_var.copy_from(Tensor::from<float>({4, 1, 0.25f}, {3}));
  const Tensor trained = wide(x);
  wide.eval();
  require_close(trained, wide(x), 1e-5, "with wide limits");
  BatchRenorm2d one(3);
  CHECK_THROWS_WITH(one(Tensor::full({1, 3, 1, 1}, 1)), Catch::Contains("more than one value per channel"));
}

TEST_CASE("proxy norm removes from each channel the mean and deviation that its proxy has", "[zoo]") {
  // An image whose channels are normally distributed, as the proxy supposes.
  const std::int64_t pixels = 64 * 64;
  std::vector<double> normal;
  manual_seed(3);
  const RandomSequence random{17};
  for (std::int64_t i = 0; i < 4 * pixels; ++i) {
    const double u = random.uniform(static_cast<std::uint64_t>(2 * i)),
                 v = random.uniform(static_cast<std::uint64_t>(2 * i + 1));
    normal.push_back(std::sqrt(-2 * std::log(1 - u)) * std::cos(6.283185307179586 * v));
  }
  ProxyGroupNorm norm(1, 4, 1e-5, 1e-9);
  norm.to(DType::float64);
  norm.bias.copy_from(Tensor::from<double>({0, 1, -0.5, 2}, {4}));
  norm.weight.copy_from(Tensor::from<double>({1, 0.5, 2, 1}, {4}));
  const auto y = norm(Tensor::from(normal, {1, 4, 64, 64})).to_vector<double>();
  for (std::ptrdiff_t c = 0; c < 4; ++c) {
    const std::vector<double> channel(y.begin() + c * pixels, y.begin() + (c + 1) * pixels);
    std::vector<double> squares;
    for (const double v : channel) squares.push_back(v * v);
    CHECK(mean_of(channel) == Approx(0).margin(0.05));
    CHECK(mean_of(squares) == Approx(1).epsilon(0.06));
  }
}

TEST_CASE("global response norm changes nothing at first, and a plane of zeros has a gradient", "[zoo]") {
  GlobalResponseNorm2d norm(3);
  Tensor x = random_tensor({2, 3, 4, 4}, 4).to(DType::float32);
  CHECK(norm(x).to_vector<float>() == x.to_vector<float>());
  norm.weight.copy_from(Tensor::full({3}, 1));
  Tensor zeros = Tensor::zeros({2, 3, 4, 4}).set_requires_grad();
  norm(zeros).backward(Tensor::full({2, 3, 4, 4}, 1));
  for (const float v : zeros.grad().to_vector<float>()) CHECK(v == Approx(1));
}

TEST_CASE("a norm of the zoo takes no epilogue and names wrong images", "[zoo]") {
  FilterResponseNorm2d norm(4);
  CHECK(!norm.takes_epilogue());
  CHECK_THROWS_WITH(norm(Tensor::zeros({1, 3, 2, 2})), Catch::Contains("takes images [N, 4, H, W]"));
  CHECK_THROWS_WITH(norm.fused(Tensor::zeros({1, 4, 2, 2}), {.relu = true}), Catch::Contains("no epilogue"));
  CHECK_THROWS_AS(FilterResponseNorm2d(0), Error);
}
