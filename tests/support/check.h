// The oracles of every operation: the reference executor in double, and central differences in double with a
// random cotangent. Comparisons fail for NaNs, different shapes and a reference of zeros.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace norma::test {

/// Under AddressSanitizer everything takes ten times as long. Tests of results, not of memory, may do less
/// there.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

/// Uniform in [low, high], float64, every value exact in float32 too, so that all executors see the same
/// numbers.
Tensor random_tensor(const Shape& shape, std::uint64_t seed, double low = -1, double high = 1);
/// Values with a fixed distance, none near 0, in random order: for functions that are not smooth everywhere.
Tensor spread_tensor(const Shape& shape, std::uint64_t seed);

/// The largest difference of two tensors, relative to the largest magnitude in `want`.
struct Difference {
  bool comparable = false;  ///< same shape; `want` finite and not all zero
  double error = 0;         ///< max |got − want| / max |want|; infinite where got is not finite
  std::int64_t index = 0;
  std::string text;  ///< for a failure message
};
Difference difference(const Tensor& got, const Tensor& want);

/// Fails the test unless got is within the tolerance of want.
void require_close(const Tensor& got, const Tensor& want, double tolerance, const std::string& what);

/// The executors that this run tests: the one of --device (cpu, simt or cuda), without it cpu and simt. They
/// are compared with the reference.
std::vector<Device> tested_devices();

/// The tested devices and, if the cpu is among them, the reference.
std::vector<Device> executors();

/// Calls f in all ways that must give the same bits: on simt under every schedule, on cuda twice, on cpu
/// once. The returned tensors of f must be the same each time; returns them.
std::vector<Tensor> same_every_time(Device device, const std::function<std::vector<Tensor>()>& f);

using Inputs = std::vector<Tensor>;
using Function = std::function<Tensor(const Inputs&)>;

struct Tolerances {
  double float_forward = 1e-5, float_backward = 5e-5;
  double double_forward = 1e-12, double_backward = 1e-11;
  double numeric = 1e-6;  ///< central differences
};

/// The first difference that an oracle found; empty if it found none.
using Complaint = std::string;

/// Runs f on the tested devices (simt: under every schedule) in float32 and float64, forward and backward
/// with a random cotangent, and compares with the reference executor in double.
Complaint compare_executors(const Inputs& inputs, const Function& f, const Tolerances& tolerances = {},
                            const std::vector<Device>& devices = tested_devices());
/// Compares the gradients of f on the cpu executor in double with central differences, element by element (at
/// most about 60 elements per input).
Complaint compare_with_differences(const Inputs& inputs, const Function& f,
                                   const Tolerances& tolerances = {});

/// Both comparisons, as a test: fails with the complaint. `devices`: for operations that only some of them
/// have.
void check_operation(const Inputs& inputs, const Function& f, const Tolerances& tolerances = {},
                     const std::vector<Device>& devices = tested_devices());

}  // namespace norma::test
