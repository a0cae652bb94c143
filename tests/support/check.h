// The three oracles of every operation: the reference executor in double, central differences in double with
// a random cotangent, and comparisons that cannot be fooled by NaNs, lengths or a reference of zeros.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace norma::test {

/// Under AddressSanitizer, where everything takes ten times as long, what is about results and not about memory may
/// look at less.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

/// Uniform in [low, high], float64, every value exact in float32 too, so that all executors see the same
/// numbers.
Tensor random_tensor(const Shape& shape, std::uint64_t seed, double low = -1, double high = 1);
/// Distinct values a fixed distance apart, none near 0, in random order: for functions with kinks.
Tensor spread_tensor(const Shape& shape, std::uint64_t seed);

/// Where two tensors differ most, measured against the largest magnitude in `want`.
struct Difference {
  bool comparable = false;  ///< same shape; `want` finite and not all zero
  double error = 0;         ///< max |got − want| / max |want|; infinite where got is not finite
  std::int64_t index = 0;
  std::string text;  ///< the whole story, for a failure message
};
Difference difference(const Tensor& got, const Tensor& want);

/// Fails the test unless got is within the tolerance of want.
void require_close(const Tensor& got, const Tensor& want, double tolerance, const std::string& what);

/// The executors that this run of the tests is about: the one that --device names (cpu, simt or cuda); without it,
/// cpu and simt. The reference needs no naming: it is what they are held to.
std::vector<Device> tested_devices();

/// The tested devices and, where the cpu is among them, the reference: whoever must have a property.
std::vector<Device> executors();

/// Calls f under everything that must not change its bits: on simt under every schedule, on cuda twice, on cpu once.
/// What f returns, a list of tensors, must be the same each time; returns it.
std::vector<Tensor> same_every_time(Device device, const std::function<std::vector<Tensor>()>& f);

using Inputs = std::vector<Tensor>;
using Function = std::function<Tensor(const Inputs&)>;

struct Tolerances {
  double float_forward = 1e-5, float_backward = 5e-5;
  double double_forward = 1e-12, double_backward = 1e-11;
  double numeric = 1e-6;  ///< central differences
};

/// One difference that an oracle found: empty where it found none.
using Complaint = std::string;

/// Runs f on the tested devices (simt: under every schedule) in float32 and float64, forward and backward with a
/// random cotangent, and compares with the reference executor in double.
Complaint compare_executors(const Inputs& inputs, const Function& f, const Tolerances& tolerances = {},
                            const std::vector<Device>& devices = tested_devices());
/// Compares the gradients of f on the cpu executor in double with central differences, element by element (a
/// sample of 60 of each input where it has more).
Complaint compare_with_differences(const Inputs& inputs, const Function& f,
                                   const Tolerances& tolerances = {});

/// Both, as a test: fails with the complaint. `devices`: for what only some of them do.
void check_operation(const Inputs& inputs, const Function& f, const Tolerances& tolerances = {},
                     const std::vector<Device>& devices = tested_devices());

}  // namespace norma::test
