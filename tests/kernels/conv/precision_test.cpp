// Convolutions of factors that are rounded to tf32 or bf16.
#include "core/precision.h"

#include <cmath>
#include <limits>

#include "core/autograd.h"
#include "kernels/table.h"
#include "layers/conv2d.h"
#include "tests/kernels/conv/cases.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {

constexpr Precision rounded_precisions[] = {Precision::tf32, Precision::bf16};

// y, dx, dweight and dbias of a case in float32.
std::vector<Tensor> results(const ConvCase& c, Precision precision, Device device,
                            const std::function<Tensor(const Tensor&)>& change) {
  const auto input = [&](const Shape& shape, std::uint64_t seed) {
    return change(random_tensor(shape, seed).to(DType::float32)).to(device).clone().set_requires_grad();
  };
  const Tensor x = input(c.x, 1), weight = input(c.weight, 2), bias = input({c.weight[0]}, 3);
  const Tensor y = functional::conv2d(x, weight, bias, c.stride, c.padding, c.dilation, c.groups, precision);
  y.backward(change(random_tensor(y.shape(), 4).to(DType::float32)).to(device));
  return {y, x.grad(), weight.grad(), bias.grad()};
}

Tensor as_it_is(const Tensor& t) { return t; }

void check_case(const ConvCase& c) {
  for (const Precision precision : rounded_precisions) {
    CAPTURE(c.x.to_string(), c.weight.to_string(), c.stride.h, c.padding.h, name(precision));
    const auto wanted = results(c, precision, Device::reference, as_it_is);
    for (const Device device : tested_devices()) {
      const auto got = same_every_time(device, [&] { return results(c, precision, device, as_it_is); });
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        CAPTURE(name(device), i);  // y, dx, dweight, dbias
        require_close(got[i], wanted[i], 1e-5, "rounded convolution");
      }
    }
  }
}

}  // namespace

TEST_CASE("numbers are rounded to tf32 and bf16 as the PTX manual says", "[conv2d][precision]") {
  const auto tf32 = [](float v) { return round_to(Precision::tf32, v); };
  const auto bf16 = [](float v) { return round_to(Precision::bf16, v); };
  CHECK(tf32(1 + 0x1p-10f) == 1 + 0x1p-10f);
  CHECK(tf32(1 + 0x1p-11f) == 1 + 0x1p-10f);  // a tie, away from zero
  CHECK(tf32(-1 - 0x1p-11f) == -1 - 0x1p-10f);
  CHECK(tf32(1 + 0x1.ffep-12f) == 1);
  CHECK(bf16(1 + 0x1p-8f) == 1);  // a tie, to even
  CHECK(bf16(1 + 0x3p-8f) == 1 + 0x1p-6f);
  CHECK(bf16(1 + 0x1.02p-8f) == 1 + 0x1p-7f);
  for (const Precision precision : rounded_precisions) {
    const float infinity = std::numeric_limits<float>::infinity();
    CHECK(round_to(precision, infinity) == infinity);
    CHECK(round_to(precision, -infinity) == -infinity);
    CHECK(round_to(precision, std::numeric_limits<float>::max()) == infinity);
    CHECK(std::signbit(round_to(precision, -0.0f)));
    for (const std::uint32_t nan : {0x7f800001u, 0x7fffffffu, 0xffc00000u})
      CHECK(std::isnan(round_to(precision, std::bit_cast<float>(nan))));
    CHECK(round_to(precision, 1 + 0x1p-40) == 1 + 0x1p-40);  // a double
  }
}

TEST_CASE("a rounded convolution is the exact one of rounded factors", "[conv2d][precision]") {
  const ConvCase c{{2, 3, 5, 7}, {4, 3, 3, 3}, 1, 1};
  for (const Device device : {Device::reference, Device::cpu})
    for (const Precision precision : rounded_precisions) {
      const auto rounded = [&](const Tensor& t) {
        const Tensor copy = t.clone();
        for (float& v : copy.span<float>()) v = round_to(precision, v);
        return copy;
      };
      const auto got = results(c, precision, device, as_it_is),
                 wanted = results(c, Precision::exact, device, rounded),
                 exact = results(c, Precision::exact, device, as_it_is);
      for (const std::size_t i : {1, 2}) {  // dx, dweight: they do not depend on the bias
        CAPTURE(name(device), name(precision), i);
        CHECK(got[i].to_vector<float>() == wanted[i].to_vector<float>());
        CHECK(got[i].to_vector<float>() != exact[i].to_vector<float>());
      }
      CHECK(got[3].to_vector<float>() == exact[3].to_vector<float>());  // dbias is a sum of dy as it is
    }
}

TEST_CASE("rounded convolutions agree with their reference", "[conv2d][precision][operation]") {
  for (const ConvCase& c : conv_cases) check_case(c);
  check_case({{3, 33, 3, 3}, {17, 33, 1, 1}});             // pointwise: two tiles of lines
  check_case({{2, 5, 17, 19}, {3, 5, 1, 1}});              // several slices
  check_case({{2, 3, 17, 19}, {35, 3, 2, 2}, 1, {1, 0}});  // 64 lines per block
  // The tiles of 3×3 convolutions: one, two and four warps of channels of x; more than one block of y.
  check_case({{2, 20, 9, 10}, {20, 20, 3, 3}, 1, 1});
  check_case({{3, 8, 17, 8}, {70, 8, 3, 3}, 1, {0, 2}});
  check_case({{9, 35, 8, 9}, {3, 35, 3, 3}, 1, 1});
}

TEST_CASE("rounded convolutions have second derivatives", "[conv2d][precision]") {
  // Of the gradient of the weight, those of x and dy.
  const auto second = [](Device device, Precision precision) {
    const auto input = [&](const Shape& shape, std::uint64_t seed) {
      return random_tensor(shape, seed).to(DType::float32).to(device).clone().set_requires_grad();
    };
    const Tensor x = input({1, 2, 4, 4}, 1), weight = input({2, 2, 3, 3}, 2), dy = input({1, 2, 4, 4}, 3);
    const Tensor y = functional::conv2d(x, weight, {}, 1, 1, 1, 1, precision);
    grad(y, {weight}, dy, true)[0].backward(input(weight.shape(), 4));
    return std::vector<Tensor>{x.grad(), dy.grad()};
  };
  for (const Precision precision : rounded_precisions) {
    const auto wanted = second(Device::reference, precision), exact = second(Device::cpu, Precision::exact);
    const auto got = second(Device::cpu, precision);
    for (const std::size_t i : {0, 1}) {
      CAPTURE(name(precision), i);
      require_close(got[i], wanted[i], 1e-5, "second derivative");
      CHECK(difference(got[i], exact[i]).error > 1e-5);
    }
  }
}

TEST_CASE("a precision other than exact is for float32, and the summary names it", "[conv2d][precision]") {
  const Tensor x = Tensor::zeros({1, 3, 4, 4}, DType::float64);
  CHECK_THROWS_WITH(
      functional::conv2d(x, Tensor::zeros({8, 3, 3, 3}, DType::float64), {}, 1, 0, 1, 1, Precision::tf32),
      Catch::Contains("tf32 takes float32, not float64"));
  CHECK(Conv2d(3, 8, 1, {.precision = Precision::bf16}).description() ==
        "Conv2d(3, 8, kernel_size=(1, 1), stride=(1, 1), precision=bf16)");
  CHECK_THROWS_WITH(precision_from("--precision", "half"), Catch::Contains("exact, tf32 or bf16"));
}
