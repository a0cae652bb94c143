// Convolution and norm in one operation, compared with the reference and, bit by bit, with the two
// operations.
#include "kernels/conv/conv2d_norm.h"

#include "tests/support/catch.h"

#include "core/autograd.h"
#include "core/parallel.h"
#include "kernels/table.h"
#include "layers/functional/batch_norm.h"
#include "layers/functional/group_norm.h"
#include "layers/functional/instance_norm.h"
#include "layers/functional/layer_norm.h"
#include "layers/functional/layer_norm_pixel.h"
#include "layers/functional/rms_norm.h"
#include "tests/kernels/conv/cases.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;
using functional::Conv2dCall;

namespace {

using NormOf = Tensor (*)(const Tensor& z, const Tensor& weight, const Tensor& bias, const Epilogue& after,
                          const Conv2dCall* before);

Tensor running(const Tensor& z, std::uint64_t seed) {
  return random_tensor({z.size(1)}, seed, 0.5, 2).to(z.dtype()).to(z.device());
}

struct NamedNorm {
  const char* name;
  NormOf f;
  bool weight_per_element = false;  // else one per channel
  bool affine = true;
};
constexpr NamedNorm norms[] = {
    {"batch norm in evaluation",
     [](const Tensor& z, const Tensor& w, const Tensor& b, const Epilogue& after, const Conv2dCall* before) {
       return functional::batch_norm(z, running(z, 8), running(z, 9), w, b, false, 0.1, 1e-5, after, before);
     }},
    {"group norm",
     [](const Tensor& z, const Tensor& w, const Tensor& b, const Epilogue& after, const Conv2dCall* before) {
       return functional::group_norm(z, 2, w, b, 1e-5, after, before);
     }},
    {"instance norm",
     [](const Tensor& z, const Tensor& w, const Tensor& b, const Epilogue& after, const Conv2dCall* before) {
       return functional::instance_norm(z, {}, {}, w, b, true, 0.1, 1e-5, after, before);
     }},
    {"layer norm",
     [](const Tensor& z, const Tensor& w, const Tensor& b, const Epilogue& after, const Conv2dCall* before) {
       return functional::layer_norm(z, {z.size(1), z.size(2), z.size(3)}, w, b, 1e-5, after, before);
     },
     true},
    {"layer norm over rows of pixels",
     [](const Tensor& z, const Tensor&, const Tensor&, const Epilogue& after, const Conv2dCall* before) {
       return functional::layer_norm(z, {z.size(3)}, {}, {}, 1e-5, after, before);
     },
     false, false},
    {"layer norm over channels",
     [](const Tensor& z, const Tensor& w, const Tensor& b, const Epilogue& after, const Conv2dCall* before) {
       return functional::layer_norm_pixel(z, w, b, 1e-5, after, before);
     }},
    {"RMS norm",
     [](const Tensor& z, const Tensor&, const Tensor&, const Epilogue& after, const Conv2dCall* before) {
       return functional::rms_norm(z, {}, 1e-5, after, before);
     },
     false, false}};

// Each way in which the cpu computes a convolution, with one image and with many images per piece of work.
const ConvCase sizes[] = {
    {{5, 8, 6, 7}, {4, 8, 3, 3}, 1, 1},       {{70, 8, 3, 3}, {6, 8, 3, 3}, 1, 1},
    {{7, 3, 9, 9}, {4, 3, 3, 3}, 2, 1},       {{3, 4, 5, 5}, {6, 4, 1, 1}},
    {{2, 10, 33, 32}, {4, 10, 1, 1}},         {{3, 5, 8, 7}, {4, 5, 3, 3}, 1, 2, 2},
    {{3, 6, 5, 6}, {4, 3, 3, 3}, 1, 1, 1, 2}, {{70, 2, 5, 6}, {6, 1, 3, 3}, 1, 1, 1, 2}};

Inputs inputs_of(const NamedNorm& norm, const ConvCase& s) {
  const Tensor y = functional::conv2d(random_tensor(s.x, 1), random_tensor(s.weight, 2), {}, s.stride,
                                      s.padding, s.dilation, s.groups);
  const Shape affine = norm.weight_per_element ? Shape{y.size(1), y.size(2), y.size(3)} : Shape{y.size(1)};
  return {random_tensor(s.x, 1), random_tensor(s.weight, 2), random_tensor({s.weight[0]}, 3),
          random_tensor(affine, 4, -1.5, 1.5), random_tensor(affine, 5)};
}

Tensor at_once(const NamedNorm& norm, const ConvCase& s, const Inputs& t, const Epilogue& after,
               Precision precision = Precision::exact) {
  const Conv2dCall conv =
      functional::conv2d_call(t[0], t[1], t[2], s.stride, s.padding, s.dilation, s.groups, precision);
  return norm.f(conv.y, t[3], t[4], after, &conv);
}

Tensor one_by_one(const NamedNorm& norm, const ConvCase& s, const Inputs& t, const Epilogue& after,
                  Precision precision = Precision::exact) {
  return norm.f(functional::conv2d(t[0], t[1], t[2], s.stride, s.padding, s.dilation, s.groups, precision),
                t[3], t[4], after, nullptr);
}

std::vector<Device> devices(std::vector<Device> all) {
  std::erase_if(all, [](Device device) { return !kernels<float>.conv2d_norm_forward.available(device); });
  return all;
}

// y and, unless without_gradients, those of all inputs that y depends on.
std::vector<std::vector<double>> results(const Inputs& inputs, Device device, DType dtype, bool gradients,
                                         const std::function<Tensor(const Inputs&)>& f) {
  Inputs copies;
  for (const Tensor& t : inputs)
    copies.push_back(t.to(dtype).to(device).clone().set_requires_grad(gradients));
  const Tensor y = f(copies);
  std::vector<std::vector<double>> all = {y.to_vector<double>()};
  if (!gradients) return all;
  y.backward(random_tensor(y.shape(), 6).to(dtype).to(device));
  for (const Tensor& t : copies)
    if (t.grad().defined()) all.push_back(t.grad().to_vector<double>());
  return all;
}

const Epilogue epilogues[] = {{}, {.relu = true}, {.relu = true, .p = 0.4, .random = {7, 3, 2}}};

}  // namespace

TEST_CASE("conv2d_norm agrees with its reference", "[conv2d_norm]") {
  for (const NamedNorm& norm : norms)
    for (const ConvCase& s : sizes) {
      CAPTURE(norm.name, s.x.to_string());
      Inputs inputs = inputs_of(norm, s);
      // No bias: after a norm that removes the mean, its gradient is only rounding errors.
      inputs.erase(inputs.begin() + 2);
      if (!norm.affine) inputs.resize(2);
      const auto f = [&](Inputs t) {
        t.insert(t.begin() + 2, Tensor());
        t.resize(5);
        return at_once(norm, s, t, {});
      };
      CHECK(compare_executors(inputs, f, {}, devices(tested_devices())) == "");
    }
}

TEST_CASE("conv2d_norm gives the same bits as convolution and norm one after the other", "[conv2d_norm]") {
  for (const Device device : devices(executors()))
    for (const NamedNorm& norm : norms)
      for (const ConvCase& s : sizes)
        for (const Epilogue& after : epilogues)
          for (const DType dtype : {DType::float32, DType::float64})
            for (const bool gradients : {true, false}) {  // without them, the norm overwrites its input
              if (sanitized && dtype == DType::float64) continue;
              CAPTURE(name(device), norm.name, s.x.to_string(), after.relu, after.p, name(dtype), gradients);
              const Inputs all = inputs_of(norm, s);
              CHECK(results(all, device, dtype, gradients, [&](const Inputs& t) {
                      return at_once(norm, s, t, after);
                    }) == results(all, device, dtype, gradients, [&](const Inputs& t) {
                      return one_by_one(norm, s, t, after);
                    }));
            }
}

TEST_CASE("conv2d_norm of rounded factors gives the same bits as one after the other",
          "[conv2d_norm][precision]") {
  const NamedNorm& norm = norms[1];
  for (const Device device : devices(executors()))
    for (const ConvCase& s : sizes) {
      CAPTURE(name(device), s.x.to_string());
      const auto run = [&](auto way, Precision precision) {
        return results(inputs_of(norm, s), device, DType::float32, true,
                       [&](const Inputs& t) { return way(norm, s, t, epilogues[1], precision); });
      };
      CHECK(run(at_once, Precision::bf16) == run(one_by_one, Precision::bf16));
      CHECK(run(at_once, Precision::bf16) != run(at_once, Precision::exact));
    }
}

TEST_CASE("conv2d_norm gives the same bits for any number of threads", "[conv2d_norm][threads]") {
  const int before = threads();
  for (const NamedNorm& norm : norms) {
    CAPTURE(norm.name);
    std::vector<std::vector<std::vector<double>>> seen;
    for (const int count : {1, 2, 3, 5}) {
      set_threads(count);
      seen.push_back(results(inputs_of(norm, sizes[1]), Device::cpu, DType::float32, true,
                             [&](const Inputs& t) { return at_once(norm, sizes[1], t, epilogues[2]); }));
    }
    for (const auto& result : seen) CHECK(result == seen[0]);
  }
  set_threads(before);
}

TEST_CASE("a norm that needs all images is not combined with a convolution", "[conv2d_norm]") {
  const Tensor x = random_tensor({2, 3, 4, 4}, 1), mean = Tensor::zeros({4}, DType::float64);
  const Tensor var = Tensor::full({4}, 1, DType::float64);
  const Conv2dCall conv = functional::conv2d_call(x, random_tensor({4, 3, 1, 1}, 2));
  CHECK_THROWS_WITH(functional::batch_norm(conv.y, mean, var, {}, {}, true, 0.1, 1e-5, {}, &conv),
                    Catch::Contains("needs all images"));
  CHECK_THROWS_WITH(functional::instance_norm(conv.y, mean, var, {}, {}, true, 0.1, 1e-5, {}, &conv),
                    Catch::Contains("needs all images"));
}
