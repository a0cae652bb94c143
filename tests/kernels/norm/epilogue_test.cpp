// Norms with an epilogue, compared with their reference, with central differences and, bit by bit, with the
// three separate operations.
#include "kernels/norm/epilogue.h"

#include <cmath>

#include "core/autograd.h"
#include "core/parallel.h"
#include "layers/functional/batch_norm.h"
#include "layers/functional/dropout.h"
#include "layers/functional/group_norm.h"
#include "layers/functional/instance_norm.h"
#include "layers/functional/layer_norm.h"
#include "layers/functional/layer_norm_pixel.h"
#include "layers/functional/relu.h"
#include "layers/functional/rms_norm.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {

struct NamedNorm {
  std::string name;
  bool weight_an_element;                                           // else one per channel
  std::function<Tensor(const Inputs& t, const Epilogue& after)> f;  // of x, and weight and bias where given
  bool has_bias = true;
};

const std::vector<NamedNorm>& norms() {
  static const auto parameter = [](const Inputs& t, std::size_t i) { return i < t.size() ? t[i] : Tensor(); };
  // New running statistics, so that every call starts from the same values.
  static const auto batch = [](const Inputs& t, const Epilogue& after, bool training) {
    const Tensor& x = t[0];
    const Tensor mean = random_tensor({x.size(1)}, 8).to(x.dtype()).to(x.device());
    const Tensor var = random_tensor({x.size(1)}, 9, 0.5, 2).to(x.dtype()).to(x.device());
    return functional::batch_norm(x, mean, var, parameter(t, 1), parameter(t, 2), training, 0.1, 1e-5, after);
  };
  static const std::vector<NamedNorm> all = {
      {"batch", false, [](const Inputs& t, const Epilogue& after) { return batch(t, after, true); }},
      {"batch in evaluation", false,
       [](const Inputs& t, const Epilogue& after) { return batch(t, after, false); }},
      {"group", false,
       [](const Inputs& t, const Epilogue& after) {
         return functional::group_norm(t[0], 2, parameter(t, 1), parameter(t, 2), 1e-5, after);
       }},
      {"layer", false,
       [](const Inputs& t, const Epilogue& after) {
         return functional::group_norm(t[0], 1, parameter(t, 1), parameter(t, 2), 1e-5, after);
       }},
      {"instance", false,
       [](const Inputs& t, const Epilogue& after) {
         return functional::instance_norm(t[0], {}, {}, parameter(t, 1), parameter(t, 2), true, 0.1, 1e-5,
                                          after);
       }},
      {"rms", false,
       [](const Inputs& t, const Epilogue& after) {
         return functional::rms_norm(t[0], parameter(t, 1), 1e-5, after);
       },
       false},
      {"layer chw", true,
       [](const Inputs& t, const Epilogue& after) {
         const Shape chw{t[0].size(1), t[0].size(2), t[0].size(3)};
         return functional::layer_norm(t[0], chw, parameter(t, 1), parameter(t, 2), 1e-5, after);
       }},
      {"layer pixel", false, [](const Inputs& t, const Epilogue& after) {
         return functional::layer_norm_pixel(t[0], parameter(t, 1), parameter(t, 2), 1e-5, after);
       }}};
  return all;
}

Inputs inputs_of(const NamedNorm& norm, const Shape& x) {
  const Shape affine = norm.weight_an_element ? Shape{x[1], x[2], x[3]} : Shape{x[1]};
  // With these seeds no z is so near 0 that a central difference would cross the kink of ReLU.
  Inputs all = {random_tensor(x, 1, -2, 3), random_tensor(affine, 2, -1.5, 1.5)};
  if (norm.has_bias) all.push_back(random_tensor(affine, 4));
  return all;
}

// y and all gradients.
std::vector<std::vector<double>> results(const Inputs& inputs, Device device, DType dtype,
                                         const std::function<Tensor(const Inputs&)>& f) {
  Inputs copies;
  for (const Tensor& t : inputs) copies.push_back(t.to(dtype).to(device).clone().set_requires_grad());
  const Tensor y = f(copies);
  y.backward(random_tensor(y.shape(), 5).to(dtype).to(device));
  std::vector<std::vector<double>> all = {y.to_vector<double>()};
  for (const Tensor& t : copies) all.push_back(t.grad().to_vector<double>());
  return all;
}

const RandomSequence sequence{7, 3, 2};
const std::vector<Shape> shapes = {{3, 4, 5, 7}, {2, 2, 1, 31}, {2, 34, 3, 1}, {7, 6, 2, 2}, {1, 4, 9, 9}};

}  // namespace

TEST_CASE("a norm with an epilogue agrees with its reference and with central differences",
          "[epilogue][operation]") {
  for (const NamedNorm& norm : norms())
    for (const Shape& shape : shapes)
      for (const double p : {0.0, 0.4}) {
        CAPTURE(norm.name, shape.to_string(), p);
        const Inputs all = inputs_of(norm, shape);
        const Epilogue after{.relu = true, .p = p, .random = sequence};
        check_operation(all, [&](const Inputs& t) { return norm.f(t, after); });
        check_operation({all[0]}, [&](const Inputs& t) { return norm.f(t, after); });
      }
}

TEST_CASE("an epilogue is correct if planes have several chunks", "[epilogue][operation]") {
  const Epilogue after{.relu = true, .p = 0.4, .random = sequence};
  for (const NamedNorm& norm : norms()) {
    CAPTURE(norm.name);
    CHECK(compare_executors(inputs_of(norm, {3, 4, 70, 61}),
                            [&](const Inputs& t) { return norm.f(t, after); }) == "");
  }
}

TEST_CASE("an epilogue gives the same bits as norm, ReLU and dropout2d one after the other",
          "[epilogue][operation]") {
  for (const Device device : executors())
    for (const NamedNorm& norm : norms())
      for (const Shape& shape : shapes)
        for (const double p : {0.0, 0.05, 0.5, 1.0})
          for (const DType dtype : {DType::float32, DType::float64}) {
            CAPTURE(norma::name(device), norm.name, shape.to_string(), p, norma::name(dtype));
            const Inputs all = inputs_of(norm, shape);
            const auto fused = results(all, device, dtype, [&](const Inputs& t) {
              return norm.f(t, {.relu = true, .p = p, .random = sequence});
            });
            const auto unfused = results(all, device, dtype, [&](const Inputs& t) {
              return functional::dropout2d(functional::relu(norm.f(t, {})), p, true, sequence);
            });
            CHECK(fused == unfused);
          }
}

TEST_CASE("an epilogue that begins at a later plane draws the factors of that plane and the next ones",
          "[epilogue][operation]") {
  const Epilogue after{.relu = true, .p = 0.4, .random = sequence};
  const Tensor x = random_tensor({2, 6, 3, 5}, 1), second = Tensor::empty({1, 6, 3, 5}, DType::float64);
  std::copy_n(x.data<double>() + 90, 90, second.data<double>());
  for (const Device device : executors())
    for (const NamedNorm& norm : norms()) {
      if (norm.name == "batch") continue;  // its statistics are of both images
      CAPTURE(norma::name(device), norm.name);
      const auto both = norm.f({x.to(device)}, after).to_vector<double>();
      CHECK(norm.f({second.to(device)}, after.from(6)).to_vector<double>() ==
            std::vector<double>(both.begin() + 90, both.end()));
    }
}

TEST_CASE("an epilogue makes a dropped plane zero even if it has NaN, and passes NaN on elsewhere",
          "[epilogue][operation]") {
  const RandomSequence random = sequence;
  for (const Device device : executors()) {
    const Tensor x = random_tensor({1, 64, 2, 2}, 1);
    for (std::int64_t plane = 0; plane < 64; ++plane) x.data<double>()[4 * plane] = std::nan("");
    const Tensor y =
        functional::group_norm(x.to(device), 64, {}, {}, 1e-5, {.relu = true, .p = 0.5, .random = random});
    int dropped = 0;
    for (std::int64_t plane = 0; plane < 64; ++plane) {
      const bool drop = random.uniform(static_cast<std::uint64_t>(plane)) < 0.5;
      dropped += drop;
      for (std::int64_t i = 0; i < 4; ++i) {
        const double v = y.to_vector<double>()[static_cast<std::size_t>(4 * plane + i)];
        CHECK((drop ? v == 0 : std::isnan(v)));
      }
    }
    CHECK(dropped > 10);
    CHECK(dropped < 54);
  }
}

TEST_CASE("an epilogue gives the same bits for any number of threads", "[epilogue][threads]") {
  const int before = threads();
  for (const NamedNorm& norm : norms()) {
    CAPTURE(norm.name);
    const Inputs all = inputs_of(norm, {37, 6, 11, 13});
    std::vector<std::vector<std::vector<double>>> seen;
    for (const int count : {1, 2, 3, 5}) {
      set_threads(count);
      seen.push_back(results(all, Device::cpu, DType::float32, [&](const Inputs& t) {
        return norm.f(t, {.relu = true, .p = 0.3, .random = sequence});
      }));
    }
    for (const auto& result : seen) CHECK(result == seen[0]);
  }
  set_threads(before);
}

TEST_CASE("an epilogue with a wrong probability is refused", "[epilogue][operation]") {
  const Epilogue after{.relu = true};
  for (const Device device : tested_devices())
    for (const NamedNorm& norm : norms()) {
      CAPTURE(norm.name);
      const Inputs x = {random_tensor({2, 4, 3, 3}, 1).to(device)};
      CHECK_THROWS_WITH(norm.f(x, {.relu = true, .p = 1.5}), Catch::Contains("[0, 1], not 1.5"));
    }
  CHECK_THROWS_WITH(functional::layer_norm(Tensor::zeros({3, 4}), {4}, {}, {}, 1e-5, after),
                    Catch::Contains("[N, C, H, W]"));
  // Sets smaller than a plane: only the last axis.
  const Tensor x = random_tensor({2, 3, 4, 5}, 1);
  CHECK(functional::layer_norm(x, {5}, {}, {}, 1e-5, {.relu = true, .p = 0.5, .random = sequence})
            .to_vector<double>() ==
        functional::dropout2d(functional::relu(functional::layer_norm(x, {5})), 0.5, true, sequence)
            .to_vector<double>());
}
