// Second derivatives: the gradient of every operation, as a function of all that it depends on, has the
// gradient that central differences of it give. And the norms' formula of kernels/norm/README.md.
#include <cmath>

#include "core/autograd.h"
#include "layers/functional/add.h"
#include "layers/functional/arithmetic.h"
#include "layers/functional/batch_norm.h"
#include "layers/functional/conv2d.h"
#include "layers/functional/definitions.h"
#include "layers/functional/dropout.h"
#include "layers/functional/group_norm.h"
#include "layers/functional/layer_norm.h"
#include "layers/functional/layer_norm_pixel.h"
#include "layers/functional/linear.h"
#include "layers/functional/loss.h"
#include "layers/functional/pool.h"
#include "layers/functional/relu.h"
#include "layers/functional/reshape.h"
#include "layers/functional/rms_norm.h"
#include "layers/fusion.h"
#include "layers/network/norms.h"
#include "optim/presets.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"
#include "tests/support/second_derivatives.h"

using namespace norma;
using namespace norma::test;
using namespace norma::functional;

namespace {

void check_twice(const Inputs& inputs, const Function& f) {
  test::check_twice(
      inputs, f,
      {.float_forward = 2e-4, .float_backward = 2e-3, .double_forward = 1e-11, .double_backward = 1e-10});
}

}  // namespace

TEST_CASE("convolution and linear can be differentiated twice", "[autograd][second]") {
  for (const std::int64_t stride : {1, 2})
    for (const std::int64_t padding : {0, 1}) {
      CAPTURE(stride, padding);
      check_twice({random_tensor({2, 3, 5, 6}, 1), random_tensor({4, 3, 3, 3}, 2), random_tensor({4}, 3)},
                  [=](const Inputs& t) { return square(conv2d(t[0], t[1], t[2], stride, padding)); });
    }
  check_twice({random_tensor({2, 4, 5, 6}, 1), random_tensor({6, 2, 3, 2}, 2), random_tensor({6}, 3)},
              [](const Inputs& t) {
                return square(conv2d(t[0], t[1], t[2], 1, 1, {1, 2}, 2));
              });
  check_twice({random_tensor({2, 3, 5, 6}, 1), random_tensor({6, 1, 3, 3}, 2), random_tensor({6}, 3)},
              [](const Inputs& t) { return square(conv2d(t[0], t[1], t[2], 1, 1, 1, 3)); });
  check_twice({random_tensor({2, 3, 5, 6}, 1), random_tensor({4, 3, 3, 3}, 2)},
              [](const Inputs& t) { return conv2d(t[0], t[1]); });
  check_twice({random_tensor({4, 5}, 1), random_tensor({3, 5}, 2), random_tensor({3}, 3)},
              [](const Inputs& t) { return square(linear(t[0], t[1], t[2])); });
}

TEST_CASE("activations, pools and losses can be differentiated twice", "[autograd][second]") {
  const Tensor x = spread_tensor({2, 3, 6, 6}, 1), small = affine(x, 0.3, 0);
  check_twice({small}, [](const Inputs& t) { return square(relu(t[0])); });
  check_twice({small}, [](const Inputs& t) { return square(max_pool2d(t[0], 3, 2, 1)); });
  check_twice({small}, [](const Inputs& t) { return square(avg_pool2d(t[0], 3, 2, 1)); });
  check_twice({small}, [](const Inputs& t) { return square(global_avg_pool(t[0])); });
  check_twice({small}, [](const Inputs& t) { return square(dropout2d(t[0], 0.4, true, RandomSequence{3})); });
  check_twice({small}, [](const Inputs& t) { return functional::add(square(t[0]), t[0]); });
  check_twice({random_tensor({4, 5}, 3, -2, 2)}, [](const Inputs& t) { return log_softmax(t[0]); });
  check_twice({random_tensor({4, 5}, 3, -2, 2)}, [](const Inputs& t) {
    return reshape(cross_entropy(t[0], Tensor::from<std::int64_t>({0, 3, 1, 4}, {4}, t[0].device()), 0.1),
                   {1});
  });
}

TEST_CASE("every norm can be differentiated twice", "[autograd][second]") {
  const Shape shape{3, 4, 3, 2};
  const Tensor x = random_tensor(shape, 1, -2, 3), weight = random_tensor({4}, 2, 0.5, 1.5),
               bias = random_tensor({4}, 3);
  check_twice({x, weight, bias}, [](const Inputs& t) { return square(group_norm(t[0], 2, t[1], t[2])); });
  check_twice({x, weight, bias},
              [](const Inputs& t) { return square(batch_norm(t[0], {}, {}, t[1], t[2], true)); });
  check_twice({x, weight, bias}, [](const Inputs& t) { return square(layer_norm_pixel(t[0], t[1], t[2])); });
  check_twice({x, random_tensor({4, 3, 2}, 4, 0.5, 1.5), random_tensor({4, 3, 2}, 5)}, [](const Inputs& t) {
    return square(layer_norm(t[0], {4, 3, 2}, t[1], t[2]));
  });
  check_twice({x, weight}, [](const Inputs& t) { return square(rms_norm(t[0], t[1])); });
  check_twice({x, weight, bias}, [](const Inputs& t) {  // an evaluated batch norm
    const auto constant = [&](double low, std::uint64_t seed) {
      return random_tensor({4}, seed, low, low + 1).to(t[0].dtype()).to(t[0].device());
    };
    return square(batch_norm(t[0], constant(-1, 6), constant(0.5, 7), t[1], t[2]));
  });
}

TEST_CASE("kernels of norms compute what their definitions in arithmetic say", "[autograd][second]") {
  const Tensor x = random_tensor({3, 4, 5, 2}, 1, -2, 3), weight = random_tensor({4}, 2, 0.5, 1.5),
               bias = random_tensor({4}, 3), full = random_tensor({4, 5, 2}, 4);
  const auto same = [](const Tensor& got, const Tensor& want) {
    require_close(got, want, 1e-13, "definition");
  };
  same(group_norm(x, 2, weight, bias), definition::group_norm(x, 2, weight, bias, 1e-5));
  same(batch_norm(x, {}, {}, weight, bias, true), definition::batch_norm(x, weight, bias, 1e-5));
  const Tensor mean = random_tensor({4}, 8), var = random_tensor({4}, 9, 0.5, 1.5);
  same(batch_norm(x, mean, var, weight, bias), definition::batch_norm(x, mean, var, weight, bias, 1e-5));
  same(layer_norm(x, {4, 5, 2}, full, full), definition::layer_norm(x, 40, full, full, 1e-5));
  same(layer_norm_pixel(x, weight, bias), definition::layer_norm_pixel(x, weight, bias, 1e-5));
  same(rms_norm(x, weight), definition::rms_norm(x, weight, 1e-5));
}

TEST_CASE("the second derivative of a norm is the formula of the README", "[autograd][second]") {
  const std::int64_t m = 12;
  const Tensor x = random_tensor({1, 3, 2, 2}, 1, -2, 3).set_requires_grad(),
               g = random_tensor({1, 3, 2, 2}, 2), v = random_tensor({1, 3, 2, 2}, 3);
  const double eps = 1e-3;
  const Tensor dx = grad(group_norm(x, 1, {}, {}, eps), {x}, g, true)[0];
  const auto got = grad(dx, {x}, v)[0].to_vector<double>();

  using Numbers = std::vector<double>;
  const Numbers xs = x.to_vector<double>(), gs = g.to_vector<double>(), vs = v.to_vector<double>();
  const auto mean_of = [&](const Numbers& a, const Numbers& b) {
    double sum = 0;
    for (std::size_t i = 0; i < m; ++i) sum += a[i] * b[i];
    return sum / static_cast<double>(m);
  };
  const Numbers ones(m, 1.0);
  const double mean = mean_of(xs, ones), rstd = 1 / std::sqrt(mean_of(xs, xs) - mean * mean + eps);
  Numbers xhat;
  for (const double value : xs) xhat.push_back((value - mean) * rstd);
  const auto projection = [&](const Numbers& a) {
    Numbers p;
    for (std::size_t i = 0; i < m; ++i) p.push_back(a[i] - mean_of(a, ones) - xhat[i] * mean_of(a, xhat));
    return p;
  };
  const Numbers pg = projection(gs), pv = projection(vs);
  for (std::size_t i = 0; i < m; ++i) {
    const double want =
        -rstd * rstd * (mean_of(xhat, vs) * pg[i] + mean_of(xhat, gs) * pv[i] + mean_of(gs, pv) * xhat[i]);
    CHECK(got[i] == Approx(want).epsilon(1e-9).margin(1e-12));
  }
}

TEST_CASE("what cannot be differentiated twice says so", "[autograd][second]") {
  Tensor x = random_tensor({2, 4, 3, 3}, 1).set_requires_grad();
  const Tensor y = group_norm(x, 2, {}, {}, 1e-5, {.relu = true});
  CHECK_THROWS_WITH(grad(y, {x}, random_tensor({2, 4, 3, 3}, 2), true), Catch::Contains("NoFusion"));
  CHECK_THROWS_WITH(grad(relu(x), {Tensor::zeros({1})}, x.detach(), true),
                    Catch::Contains("requires no gradient"));
}

TEST_CASE("the gradient of a whole network has a gradient, with every norm", "[autograd][second]") {
  for (const NormRow& row : all_norms()) {
    CAPTURE(row.name);
    manual_seed(1);
    const auto network = find_preset("mnist-9752").network({.norm = row.norm, .groups = {}});
    const NoFusion no_fusion;
    Tensor x = random_tensor({2, 1, 28, 28}, 3).to(DType::float32).set_requires_grad();
    const Tensor scores = (*network)(x);
    const Tensor dx = grad(scores, {x}, Tensor::full(scores.shape(), 1), true)[0];
    const Tensor penalty = mean(square(reshape(dx, {1, dx.numel()})), {1});
    penalty.backward();
    int with_gradient = 0;
    for (const auto& [name, parameter] : network->named_parameters())
      with_gradient += parameter.grad().defined();
    CHECK(with_gradient > 5);
  }
}
