// The result first: what is timed must compute what the reference executor computes.
#pragma once

#include "bench/case.h"

namespace norma {

struct Check {
  std::int64_t batch = 0;  ///< images that were compared: all, unless the reference would take long
  double error = 0;        ///< the largest of all outputs: max |got − want| / max |want|
};

/// How far apart they may be: sums of up to millions of terms, rounded to the dtype.
double check_tolerance(DType dtype);

/// Runs the case on a device and, in float64, on the reference executor, and compares every output. Throws
/// where they differ by more than check_tolerance().
Check check_case(const Case& c, Device device, DType dtype);

/// max |got − want| / max |want|; infinite where got is not finite.
double relative_error(const Tensor& got, const Tensor& want);

}  // namespace norma
