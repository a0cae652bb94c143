// Every step from the naive convolution to production computes the same, with unusual sizes and under every
// schedule.
#include "kernels/conv/steps/steps.h"

#include "kernels/table.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {

// One pixel, less and more than a tile, several blocks of channels, no padding and more than one, an odd
// number of tiles, a row that is not a whole number of packs.
const std::vector<Conv2dShape> shapes = {
    {.n = 1, .c = 1, .h = 1, .w = 1, .k = 1, .kernel_h = 3, .kernel_w = 3, .pad_h = 1, .pad_w = 1},
    {.n = 2, .c = 3, .h = 8, .w = 8, .k = 33, .kernel_h = 3, .kernel_w = 3, .pad_h = 1, .pad_w = 1},
    {.n = 3, .c = 5, .h = 9, .w = 11, .k = 7, .kernel_h = 3, .kernel_w = 3},
    {.n = 1, .c = 4, .h = 6, .w = 17, .k = 40, .kernel_h = 3, .kernel_w = 3, .pad_h = 2, .pad_w = 0},
    {.n = 5, .c = 9, .h = 7, .w = 12, .k = 32, .kernel_h = 3, .kernel_w = 3, .pad_h = 0, .pad_w = 2}};

template <class T, class Forward>
Tensor output(const Conv2dShape& s, bool with_bias, Device device, const Forward& forward) {
  const auto on = [&](const Shape& shape, std::uint64_t seed) {
    return random_tensor(shape, seed).to(dtype_of<T>).to(device);
  };
  const Tensor x = on({s.n, s.c, s.h, s.w}, 1), weight = on({s.k, s.c, 3, 3}, 2), bias = on({s.k}, 3);
  const Tensor y = Tensor::empty({s.n, s.k, s.out_h(), s.out_w()}, dtype_of<T>, device);
  forward(device, Conv2dForward<T>{s, x.data<T>(), weight.data<T>(), with_bias ? bias.data<T>() : nullptr,
                                   y.data<T>()});
  return y.to(Device::cpu);
}

void in_tf32(Device device, Conv2dForward<float> a) {
  a.precision = Precision::tf32;
  kernels<float>.conv2d_forward(device, a);
}

}  // namespace

TEST_CASE("every step of the convolution agrees with the reference", "[conv2d][steps][operation]") {
  for (const Device device : tested_devices()) {
    if (device == Device::cpu) continue;  // the cpu has no steps
    for (const Conv2dShape& s : shapes)
      for (const bool with_bias : {false, true}) {
        const Tensor exact = output<double>(s, with_bias, Device::reference, kernels<double>.conv2d_forward),
                     rounded = output<float>(s, with_bias, Device::reference, in_tf32).to(DType::float64);
        for (const auto& step : conv2d_forward_steps()) {
          CAPTURE(name(device), step.operation.name, s.n, s.c, s.h, s.w, s.k, with_bias);
          const auto got = same_every_time(device, [&] {
            return std::vector<Tensor>{output<float>(s, with_bias, device, step.operation)};
          });
          const bool on_tensor_cores = step.operation.name == std::string("forward_tensor_cores");
          require_close(got[0], on_tensor_cores ? rounded : exact, 1.5e-6,
                        step.operation.name);  // numbers are at most about 13
        }
      }
  }
}

TEST_CASE("the step before tensor cores is the convolution that Norma uses", "[conv2d][steps]") {
  const auto steps = conv2d_forward_steps();
  const auto& product = kernels<float>.conv2d_forward.on;
  CHECK(steps[4].operation.on == decltype(steps[4].operation.on){nullptr, nullptr, product[2], product[3]});
  for (const auto& step : steps) CHECK(std::string(step.change).size() > 20);
}

TEST_CASE("a step of the convolution refuses other shapes than its own", "[conv2d][steps]") {
  const Conv2dShape one_by_one{.n = 1, .c = 1, .h = 4, .w = 4, .k = 1, .kernel_h = 1, .kernel_w = 1};
  Conv2dShape dilated = shapes[1], in_groups = shapes[4];
  dilated.dilation_w = 2;
  in_groups.groups = 3;
  for (const auto& step : conv2d_forward_steps()) {
    if (step.operation.name == std::string("conv2d_forward")) continue;  // it takes all
    for (const Conv2dShape& s : {one_by_one, dilated, in_groups})
      CHECK_THROWS_WITH(step.operation(Device::simt, {s, nullptr, nullptr, nullptr, nullptr}),
                        Catch::Contains("takes 3×3 taps"));
  }
}
