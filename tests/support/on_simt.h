// Runs an operation's CUDA sources on the simt executor and holds them to two things: under every schedule the
// same bits, and the reference executor's numbers.
#pragma once

#include <catch2/catch.hpp>

#include "core/random.h"
#include "kernels/simt/schedule.h"
#include "tests/support/check.h"

namespace norma::test {

/// The result, then the gradients of the floating-point inputs by a cotangent of mixed signs.
inline std::vector<Tensor> run_on(Device device, DType dtype, const Inputs& inputs, const Function& f) {
  Inputs copies;
  for (const Tensor& input : inputs)
    copies.push_back(input.dtype() == DType::int64 ? input.to(device)
                                                   : input.to(dtype).to(device).clone().set_requires_grad());
  const Tensor y = f(copies);
  Tensor cotangent = random_tensor(y.shape(), 977, 0.25, 1);
  const RandomSequence sign{978};
  for (std::int64_t i = 0; i < cotangent.numel(); ++i)
    if (sign.word(static_cast<std::uint64_t>(i)) & 1) cotangent.data<double>()[i] *= -1;
  y.backward(cotangent.to(y.dtype()).to(device));
  std::vector<Tensor> results = {y.detach()};
  for (const Tensor& copy : copies)
    if (copy.dtype() != DType::int64) results.push_back(copy.grad());
  return results;
}

/// f(), a list of tensors on simt, must be the same bits under every schedule; returns it.
template <class F>
std::vector<Tensor> same_under_all_schedules(F f) {
  std::vector<Tensor> first;
  for (const simt::Schedule& schedule : simt::all_schedules) {
    INFO(simt::name(schedule.order));
    const simt::UseSchedule use(schedule);
    const std::vector<Tensor> results = f();
    if (first.empty()) first = results;
    for (std::size_t i = 0; i < results.size(); ++i)
      CHECK(results[i].to_vector<double>() == first[i].to_vector<double>());
  }
  return first;
}

inline void check_on_simt(const Inputs& inputs, const Function& f, const Tolerances& tolerances = {}) {
  const std::vector<Tensor> want = run_on(Device::reference, DType::float64, inputs, f);
  for (const DType dtype : {DType::float32, DType::float64}) {
    const bool single = dtype == DType::float32;
    const std::vector<Tensor> got =
        same_under_all_schedules([&] { return run_on(Device::simt, dtype, inputs, f); });
    require_close(got[0], want[0], single ? tolerances.float_forward : tolerances.double_forward, "forward");
    for (std::size_t i = 1; i < got.size(); ++i)
      require_close(got[i], want[i], single ? tolerances.float_backward : tolerances.double_backward,
                    fmt::format("gradient {}", i - 1));
  }
}

}  // namespace norma::test
