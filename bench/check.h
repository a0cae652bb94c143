// Checks before timing: an operation must give the results of the reference executor.
#pragma once

#include "bench/case.h"

namespace norma {

struct Check {
  std::int64_t batch = 0;  ///< compared images: all, unless the reference would take long
  double error = 0;        ///< the largest error of all outputs: max |got − want| / max |want|
};

/// The largest allowed error: sums of up to millions of terms, rounded to the dtype.
double check_tolerance(DType dtype);

/// Runs the case on a device and, in float64, on the reference executor, and compares every output. Throws if
/// an error is larger than check_tolerance().
Check check_case(const Case& c, Device device, DType dtype);

/// max |got − want| / max |want|; infinite if `got` is not finite.
double relative_error(const Tensor& got, const Tensor& want);

}  // namespace norma
