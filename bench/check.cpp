#include "bench/check.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace norma {
namespace {

// So many inner-loop iterations of the reference executor are accepted: about a quarter of a second.
constexpr double patience = 1.5e8;

std::int64_t batch_to_check(const Case& c) {
  if (c.reference_effort <= patience) return c.batch;
  const double share = patience / c.reference_effort;
  return std::clamp(static_cast<std::int64_t>(share * static_cast<double>(c.batch)),
                    std::min<std::int64_t>(2, c.batch), c.batch);
}

}  // namespace

double check_tolerance(DType dtype) { return dtype == DType::float32 ? 5e-5 : 1e-11; }

double relative_error(const Tensor& got, const Tensor& want) {
  const std::vector<double> a = got.to(Device::cpu).to_vector<double>(),
                            b = want.to(Device::cpu).to_vector<double>();
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double scale = 0, error = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(a[i] - b[i]);
    error = difference <= error ? error : difference;  // also if the difference is NaN
    scale = std::max(scale, std::abs(b[i]));
    if (!(difference < std::numeric_limits<double>::infinity()))
      return std::numeric_limits<double>::infinity();
  }
  if (error == 0) return 0;
  return scale > 0 ? error / scale : std::numeric_limits<double>::infinity();
}

Check check_case(const Case& c, Device device, DType dtype) {
  Check check{.batch = batch_to_check(c)};
  const Work got = c.make(device, dtype, check.batch);
  const Work want = c.make(Device::reference, DType::float64, check.batch);
  got.run();
  want.run();
  const std::vector<Tensor> results = got.outputs(), reference = want.outputs();
  for (std::size_t i = 0; i < reference.size(); ++i)
    check.error = std::max(check.error, relative_error(results[i], reference[i]));
  if (!(check.error <= check_tolerance(dtype)))
    fail("{} on {} in {} differs from the reference by {:.1e}, more than {:.0e}, and is not timed: {}",
         c.operation, name(device), name(dtype), check.error, check_tolerance(dtype), c.size);
  return check;
}

}  // namespace norma
