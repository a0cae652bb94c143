// Every step from the naive group norm to production computes the same, with unusual sizes and under every
// schedule.
#include "kernels/norm/steps/steps.h"

#include "kernels/table.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {

struct Size {
  std::int64_t n, c, hw, groups;
  bool affine = true;
};

// Sets of one element; sets smaller and larger than a warp, a block and the registers of a block; primes;
// planes of whole packs or not; more sets and more channels than a block has threads.
const std::vector<Size> sizes = {{1, 1, 1, 1},   {2, 6, 1, 2},          {3, 4, 7, 2},    {2, 31, 3, 31},
                                 {2, 8, 16, 4},  {1, 3, 257, 1, false}, {1, 2, 8300, 1}, {40, 8, 4, 4},
                                 {1, 260, 2, 1}, {2, 4, 64, 2, false}};

// Runs one step; returns y, mean and rstd on the CPU.
template <class T>
struct Forward {
  Size s;
  Tensor x, weight, bias;

  explicit Forward(const Size& size)
      : s(size),
        x(random_tensor({s.n, s.c, s.hw}, 1, 99, 102)),
        weight(random_tensor({s.c}, 2, 0.5, 1.5)),
        bias(random_tensor({s.c}, 3)) {}

  template <class Step>
  std::vector<Tensor> operator()(Device device, const Step& step) const {
    const Tensor on_x = x.to(dtype_of<T>).to(device), y = Tensor::empty_like(on_x);
    const Tensor w = s.affine ? weight.to(dtype_of<T>).to(device) : Tensor();
    const Tensor b = s.affine ? bias.to(dtype_of<T>).to(device) : Tensor();
    const Tensor mean = Tensor::empty({s.n, s.groups}, DType::float64, device),
                 rstd = Tensor::empty_like(mean);
    step(device, GroupNormForward<T>{s.n, s.c, s.hw, s.groups, 1e-5, on_x.data<T>(), w.data<T>(), b.data<T>(),
                                     y.data<T>(), mean.data<double>(), rstd.data<double>()});
    return {y.to(Device::cpu), mean.to(Device::cpu), rstd.to(Device::cpu)};
  }
};

// dx, dweight and dbias on the CPU.
template <class T>
struct Backward {
  Size s;
  Tensor x, dy, weight, mean, rstd;

  explicit Backward(const Size& size) : s(size), dy(random_tensor({s.n, s.c, s.hw}, 4)) {
    const Forward<double> forward(s);
    x = forward.x, weight = forward.weight;
    const auto y = forward(Device::reference, kernels<double>.group_norm_forward);
    mean = y[1], rstd = y[2];
  }

  template <class Step>
  std::vector<Tensor> operator()(Device device, const Step& step) const {
    const Tensor on_x = x.to(dtype_of<T>).to(device), on_dy = dy.to(dtype_of<T>).to(device);
    const Tensor w = s.affine ? weight.to(dtype_of<T>).to(device) : Tensor();
    const Tensor on_mean = mean.to(device), on_rstd = rstd.to(device), dx = Tensor::empty_like(on_x);
    const Tensor dweight = Tensor::empty({s.c}, dtype_of<T>, device), dbias = Tensor::empty_like(dweight);
    step(device, GroupNormBackward<T>{s.n, s.c, s.hw, s.groups, on_dy.data<T>(), on_x.data<T>(), w.data<T>(),
                                      on_mean.data<double>(), on_rstd.data<double>(), dx.data<T>(),
                                      dweight.data<T>(), dbias.data<T>()});
    return {dx.to(Device::cpu), dweight.to(Device::cpu), dbias.to(Device::cpu)};
  }
};

// Not relative if the correct result is 0 except for rounding: dx of a set of one element.
void check_close(const Tensor& got, const Tensor& want, double tolerance) {
  const std::vector<double> a = got.to_vector<double>(), b = want.to_vector<double>();
  REQUIRE(a.size() == b.size());
  double scale = 1, error = 0;
  for (const double v : b) scale = std::max(scale, std::abs(v));
  for (std::size_t i = 0; i < a.size(); ++i)
    error = std::max(error, std::isnan(a[i]) ? 1e300 : std::abs(a[i] - b[i]));
  CHECK(error <= tolerance * scale);
}

template <class T, template <class> class Run, class Steps, class Reference>
void check_steps(const Steps& steps, const Reference& reference, double tolerance) {
  for (const Device device : tested_devices()) {
    if (device == Device::cpu) continue;  // the cpu has no steps
    for (const Size& size : sizes) {
      const Run<T> run(size);
      const std::vector<Tensor> want = Run<double>(size)(Device::reference, reference);
      for (const auto& step : steps) {
        CAPTURE(name(device), step.operation.name, size.n, size.c, size.hw, size.groups);
        const std::vector<Tensor> got = same_every_time(device, [&] { return run(device, step.operation); });
        for (std::size_t i = 0; i < want.size(); ++i) check_close(got[i], want[i], tolerance);
      }
    }
  }
}

}  // namespace

TEST_CASE("every step of group norm forward agrees with the reference", "[norm][steps][operation]") {
  check_steps<float, Forward>(group_norm_forward_steps<float>(), kernels<double>.group_norm_forward, 3e-5);
  check_steps<double, Forward>(group_norm_forward_steps<double>(), kernels<double>.group_norm_forward, 1e-11);
}

TEST_CASE("every step of group norm backward agrees with the reference", "[norm][steps][operation]") {
  check_steps<float, Backward>(group_norm_backward_steps<float>(), kernels<double>.group_norm_backward, 1e-4);
  check_steps<double, Backward>(group_norm_backward_steps<double>(), kernels<double>.group_norm_backward,
                                1e-10);
}

TEST_CASE("the last step is the group norm that Norma uses", "[norm][steps]") {
  const auto forward = group_norm_forward_steps<float>();
  const auto backward = group_norm_backward_steps<float>();
  CHECK(forward.back().operation.on ==
        decltype(forward.back().operation.on){nullptr, nullptr, kernels<float>.group_norm_forward.on[2],
                                              kernels<float>.group_norm_forward.on[3]});
  CHECK(backward.back().operation.on ==
        decltype(backward.back().operation.on){nullptr, nullptr, kernels<float>.group_norm_backward.on[2],
                                               kernels<float>.group_norm_backward.on[3]});
  for (const auto& step : forward) CHECK(std::string(step.change).size() > 20);
  for (const auto& step : backward) CHECK(std::string(step.change).size() > 20);
}
