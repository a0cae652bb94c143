// Identities that must hold between the norms, and for each norm, independent of the kernels.
#include <cmath>

#include "core/autograd.h"
#include "layers/functional/batch_norm.h"
#include "layers/functional/group_norm.h"
#include "layers/functional/instance_norm.h"
#include "layers/functional/layer_norm.h"
#include "layers/functional/layer_norm_pixel.h"
#include "layers/instance_norm.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {

struct NamedNorm {
  std::string name;
  std::function<Tensor(const Tensor&)> f;
};

// All norms without parameters, as functions of x only.
std::vector<NamedNorm> norms(double eps = 1e-5) {
  return {
      {"batch", [=](const Tensor& x) { return functional::batch_norm(x, {}, {}, {}, {}, true, 0.1, eps); }},
      {"layer",
       [=](const Tensor& x) {
         return functional::layer_norm(x, {x.size(1), x.size(2), x.size(3)}, {}, {}, eps);
       }},
      {"layer pixel", [=](const Tensor& x) { return functional::layer_norm_pixel(x, {}, {}, eps); }},
      {"group", [=](const Tensor& x) { return functional::group_norm(x, 2, {}, {}, eps); }},
      {"instance",
       [=](const Tensor& x) { return functional::instance_norm(x, {}, {}, {}, {}, true, 0.1, eps); }}};
}

}  // namespace

TEST_CASE("GN with one group equals LN, with C groups IN, and IN of one image equals BN", "[norm]") {
  const Tensor x = random_tensor({3, 6, 5, 4}, 1);
  require_close(functional::group_norm(x, 1), functional::layer_norm(x, {6, 5, 4}), 1e-12, "G = 1");
  require_close(functional::group_norm(x, 6), functional::instance_norm(x), 1e-12, "G = C");
  const Tensor one = random_tensor({1, 6, 5, 4}, 1);
  require_close(functional::instance_norm(one), functional::batch_norm(one, {}, {}, {}, {}, true), 1e-12,
                "N = 1");
  const Tensor pixels = random_tensor({7, 6, 1, 1}, 1);
  require_close(functional::layer_norm_pixel(pixels), functional::layer_norm(pixels, {6, 1, 1}), 1e-12,
                "HW = 1");
}

TEST_CASE("the gradient by x sums to zero over a set, and a norm ignores scale and shift",
          "[norm][operation]") {
  for (const Device device : executors())
    for (const auto& [name, f] : norms(0.0)) {
      CAPTURE(name, norma::name(device));
      Tensor x = random_tensor({2, 4, 3, 3}, 1).to(device);
      x.set_requires_grad();
      const Tensor y = f(x);
      y.backward(random_tensor(y.shape(), 2).to(device));
      double sum = 0, size = 0;  // every norm's sets tile x, so all of dx sums to zero as well
      for (const double v : x.grad().to_vector<double>()) sum += v, size += std::abs(v);
      CHECK(size > 0.1);
      CHECK(std::abs(sum) < 1e-12 * size);
      std::vector<double> moved = x.to_vector<double>();
      for (double& v : moved) v = 3 * v + 5;
      require_close(f(Tensor::from(moved, x.shape(), device)), y, 1e-11, "scaled and shifted");
    }
}

TEST_CASE("a deviation of 1 beside a mean of 1e4 gives correct results in float", "[norm][operation]") {
  Tensor x = random_tensor({4, 4, 8, 8}, 1, -1.7320508, 1.7320508);
  std::vector<double> moved = x.to_vector<double>();
  for (double& v : moved) v = static_cast<float>(v + 1e4);
  const Tensor exact = Tensor::from(moved, x.shape());
  for (const auto& [name, f] : norms()) {
    CAPTURE(name);
    const Tensor want = f(exact.to(Device::reference));
    require_close(f(exact.to(DType::float32)), want, 2e-5, name);
    const Inputs inputs = {exact};
    CHECK(compare_executors(inputs, [&g = f](const Inputs& t) { return g(t[0]); },
                            {.float_forward = 2e-5,
                             .float_backward = 2e-4,
                             .double_forward = 1e-9,
                             .double_backward = 1e-8}) == "");
  }
}

TEST_CASE("a constant input becomes zero, not NaN, and its gradient stays finite", "[norm][operation]") {
  for (const Device device : executors())
    for (const auto& [name, f] : norms())
      for (const double value : {0.0, 1.0, -12345.678, 1e-20}) {
        CAPTURE(name, norma::name(device), value);
        Tensor x = Tensor::full({2, 4, 5, 5}, value, DType::float32, device);
        x.set_requires_grad();
        const Tensor y = f(x);
        for (const float v : y.to_vector<float>()) CHECK(std::abs(v) < 1e-2);
        y.backward(random_tensor(y.shape(), 2).to(DType::float32).to(device));
        for (const float v : x.grad().to_vector<float>()) CHECK(std::isfinite(v));
      }
}

TEST_CASE("a NaN changes only its own set", "[norm]") {
  Tensor x = random_tensor({2, 4, 3, 3}, 1).to(DType::float32);
  x.data<float>()[5] = std::nanf("");  // image 0, channel 0
  const auto y = functional::group_norm(x, 2).to_vector<float>();
  for (std::size_t i = 0; i < y.size(); ++i) CHECK(std::isnan(y[i]) == (i < 18));
}

TEST_CASE("InstanceNorm2d tracks the mean over instances if requested", "[instance_norm]") {
  const Tensor x = random_tensor({2, 1, 1, 2}, 3);
  Tensor input =
      Tensor::from<float>({1, 3, 2, 6}, {2, 1, 1, 2});  // means 2 and 4, unbiased variances 2 and 8
  InstanceNorm2d norm(1, {.track_running_stats = true});
  norm(input);
  CHECK(norm.running_mean.item() == Approx(0.1 * 3));
  CHECK(norm.running_var.item() == Approx(0.9 + 0.1 * 5));
  norm.eval();
  CHECK(norm(input).to_vector<float>()[0] == Approx((1 - 0.3) / std::sqrt(1.4 + 1e-5)));
  CHECK(InstanceNorm2d(3).parameters().empty());
}
