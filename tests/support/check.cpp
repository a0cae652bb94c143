#include "tests/support/check.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/random.h"
#include "kernels/simt/schedule.h"
#include "tests/support/catch.h"
#include "tests/support/device.h"

namespace norma::test {
namespace {

struct Result {
  Tensor y;
  std::vector<Tensor> gradients;
};

Inputs prepared(const Inputs& inputs, Device device, DType dtype) {
  Inputs copies;
  for (const Tensor& input : inputs) {
    Tensor copy = input.dtype() == DType::int64 ? input.to(device) : input.to(dtype).to(device);
    if (copy.dtype() != DType::int64) copy = copy.clone().set_requires_grad();
    copies.push_back(copy);
  }
  return copies;
}

Tensor cotangent_for(const Tensor& y) {
  return random_tensor(y.shape(), 977, 0.25, 1).to(y.dtype()).to(y.device());
}

// A cotangent of mixed signs, without zeros.
Tensor signed_cotangent(const Tensor& y) {
  Tensor g = cotangent_for(y.detach().to(Device::cpu)).to(DType::float64).clone();
  const RandomSequence random{978};
  for (std::int64_t i = 0; i < g.numel(); ++i)
    if (random.word(static_cast<std::uint64_t>(i)) & 1) g.data<double>()[i] *= -1;
  return g.to(y.dtype()).to(y.device());
}

Result run(const Inputs& inputs, const Function& f, Device device, DType dtype) {
  const Inputs copies = prepared(inputs, device, dtype);
  const Tensor y = f(copies);
  y.backward(signed_cotangent(y));
  Result result{y.detach(), {}};
  for (const Tensor& copy : copies) result.gradients.push_back(copy.grad());
  return result;
}

double weighted_sum(const Tensor& y, const Tensor& cotangent) {
  const auto a = y.span<double>(), g = cotangent.span<double>();
  return std::inner_product(a.begin(), a.end(), g.begin(), 0.0);
}

}  // namespace

Tensor random_tensor(const Shape& shape, std::uint64_t seed, double low, double high) {
  Tensor t = Tensor::empty(shape, DType::float64);
  const RandomSequence random{seed};
  for (std::int64_t i = 0; i < t.numel(); ++i)
    t.data<double>()[i] =
        static_cast<float>(low + (high - low) * random.uniform(static_cast<std::uint64_t>(i)));
  return t;
}

Tensor spread_tensor(const Shape& shape, std::uint64_t seed) {
  Tensor t = Tensor::empty(shape, DType::float64);
  std::vector<std::int64_t> order(static_cast<std::size_t>(t.numel()));
  std::iota(order.begin(), order.end(), 0);
  const RandomSequence random{seed};
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.word(i) % i]);
  const double step = 2.0 / static_cast<double>(t.numel());
  for (std::int64_t i = 0; i < t.numel(); ++i)
    t.data<double>()[i] =
        static_cast<float>(-1 + step * (static_cast<double>(order[static_cast<std::size_t>(i)]) + 0.37));
  return t;
}

Difference difference(const Tensor& got, const Tensor& want) {
  Difference d;
  if (!got.defined() || !want.defined()) {
    d.text = got.defined() ? "the expected tensor does not exist" : "the result does not exist";
    return d;
  }
  if (got.shape() != want.shape()) {
    d.text = "shape " + got.shape().to_string() + " instead of " + want.shape().to_string();
    return d;
  }
  const std::vector<double> a = got.to_vector<double>(), b = want.to_vector<double>();
  double scale = 0;
  for (const double v : b) scale = std::isfinite(v) ? std::max(scale, std::abs(v)) : std::nan("");
  if (!(scale > 0)) {
    d.text = "the reference is zero, empty or not finite, so the comparison would prove nothing";
    return d;
  }
  d.comparable = true;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double error =
        std::isfinite(a[i]) ? std::abs(a[i] - b[i]) / scale : std::numeric_limits<double>::infinity();
    if (error > d.error || i == 0) d.error = error, d.index = static_cast<std::int64_t>(i);
  }
  const auto at = static_cast<std::size_t>(d.index);
  d.text = fmt::format("relative error {:.3g}, worst at index {} of {}: {} instead of {}", d.error, d.index,
                       got.shape().to_string(), a[at], b[at]);
  return d;
}

void require_close(const Tensor& got, const Tensor& want, double tolerance, const std::string& what) {
  const Difference d = difference(got, want);
  INFO(what << ": " << d.text);
  REQUIRE(d.comparable);
  REQUIRE(d.error <= tolerance);
}

namespace {

// Compares the result of one device and dtype with the reference.
Complaint compare(const Result& got, const Result& want, const Inputs& inputs, bool single,
                  const Tolerances& tolerances) {
  const Difference forward = difference(got.y, want.y);
  if (!forward.comparable || forward.error > (single ? tolerances.float_forward : tolerances.double_forward))
    return "forward: " + forward.text;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].dtype() == DType::int64) continue;
    const Difference backward = difference(got.gradients[i], want.gradients[i]);
    if (!backward.comparable ||
        backward.error > (single ? tolerances.float_backward : tolerances.double_backward))
      return fmt::format("gradient of input {}: {}", i, backward.text);
  }
  return "";
}

// The first complaint about the results of a device, with same_every_time().
Complaint compare_on(Device device, DType dtype, const Result& want, const Inputs& inputs, const Function& f,
                     const Tolerances& tolerances) {
  Complaint complaint;
  same_every_time(device, [&] {
    const Result got = run(inputs, f, device, dtype);
    if (complaint.empty()) complaint = compare(got, want, inputs, dtype == DType::float32, tolerances);
    std::vector<Tensor> all = got.gradients;
    all.push_back(got.y);
    return all;
  });
  return complaint.empty() ? "" : fmt::format("{} {} {}", name(device), name(dtype), complaint);
}

}  // namespace

std::vector<Device> tested_devices() {
  if (const auto device = chosen_device()) return {*device};
  return {Device::cpu, Device::simt};
}

std::vector<Device> executors() {
  std::vector<Device> devices = tested_devices();
  if (devices.front() == Device::cpu) devices.insert(devices.begin(), Device::reference);
  return devices;
}

std::vector<Tensor> same_every_time(Device device, const std::function<std::vector<Tensor>()>& f) {
  std::vector<Tensor> first;
  const auto call = [&](const std::string& circumstance) {
    INFO("on " << name(device) << ", " << circumstance);
    const std::vector<Tensor> results = f();
    if (first.empty()) first = results;
    REQUIRE(results.size() == first.size());
    for (std::size_t i = 0; i < results.size(); ++i)
      if (results[i].defined() && results[i].to_vector<double>() != first[i].to_vector<double>())
        FAIL_CHECK("result " << i << " differs from the first call");
  };
  if (device == Device::simt) {
    for (const simt::Schedule& schedule : simt::all_schedules) {
      const simt::UseSchedule use(schedule);
      call(name(schedule.order));
    }
  } else {
    call("first call");
    if (device == Device::cuda) call("second call");
  }
  return first;
}

Complaint compare_executors(const Inputs& inputs, const Function& f, const Tolerances& tolerances,
                            const std::vector<Device>& devices) {
  const Result want = run(inputs, f, Device::reference, DType::float64);
  for (const Device device : devices)
    for (const DType dtype : {DType::float32, DType::float64}) {
      const Complaint complaint = compare_on(device, dtype, want, inputs, f, tolerances);
      if (!complaint.empty()) return complaint;
    }
  return "";
}

Complaint compare_with_differences(const Inputs& inputs, const Function& f, const Tolerances& tolerances) {
  const Result analytic = run(inputs, f, Device::cpu, DType::float64);
  const Tensor cotangent = signed_cotangent(analytic.y);
  Inputs copies = prepared(inputs, Device::cpu, DType::float64);
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    if (inputs[k].dtype() == DType::int64) continue;
    const std::int64_t count = inputs[k].numel(), stride = std::max<std::int64_t>(1, count / 60);
    std::vector<double> numeric, exact;
    for (std::int64_t i = 0; i < count; i += stride) {
      double& x = copies[k].data<double>()[i];
      const double middle = x, h = 1e-5;
      x = middle + h;
      const double above = weighted_sum(f(copies), cotangent);
      x = middle - h;
      const double below = weighted_sum(f(copies), cotangent);
      x = middle;
      numeric.push_back((above - below) / (2 * h));
      exact.push_back(analytic.gradients[k].data<double>()[i]);
    }
    const Shape sampled{static_cast<std::int64_t>(numeric.size())};
    const Difference d = difference(Tensor::from(exact, sampled), Tensor::from(numeric, sampled));
    if (!d.comparable || d.error > tolerances.numeric)
      return fmt::format("gradient of input {} and central differences (step between elements {}): {}", k,
                         stride, d.text);
  }
  return "";
}

void check_operation(const Inputs& inputs, const Function& f, const Tolerances& tolerances,
                     const std::vector<Device>& devices) {
  CHECK(compare_executors(inputs, f, tolerances, devices) == "");
  if (devices.empty() || devices.front() != Device::cpu)
    return;  // only the cpu's gradients are compared with differences
  CHECK(compare_with_differences(inputs, f, tolerances) == "");
}

}  // namespace norma::test
