// What a norm does with an input, number by number: its sets, their statistics, x̂ and y; and backward, the
// two sums of each set and the three parts of dx. kernels/norm/README.md derives the formulas:
//
//   mean = (1/M)·Σ x      var = (1/M)·Σ (x − mean)²      rstd = 1/√(var + ε)      M elements in a set
//   x̂ = (x − mean)·rstd   y = weight·x̂ + bias            g = dy·weight
//   dx = rstd·g − rstd·(Σ g)/M − rstd·x̂·(Σ g·x̂)/M
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/tensor.h"
#include "layers/network/norms.h"

namespace norma {

/// Elements that are normalized together.
struct ExplainedSet {
  std::int64_t elements = 0;
  double mean = 0;  ///< 0 if the norm subtracts none
  double variance = 0, rstd = 0;
  double sum_g = 0, sum_gx = 0;  ///< Σ g and Σ g·x̂
};

/// One number per element of x, [N, C, H, W], unless said otherwise.
struct Explanation {
  Norm norm = Norm::none;
  Shape shape;
  std::int64_t groups = 1;
  double eps = 1e-5;  ///< the default of all norms
  std::vector<double> x, xhat, y;
  std::vector<double> weight, bias;  ///< of each element; bias is empty if the norm has none
  std::vector<std::size_t> set_of;   ///< its place in `sets`
  std::vector<ExplainedSet> sets;
  // Empty without dy. The last three add up to dx.
  std::vector<double> dy, g, dx, own_part, mean_part, xhat_part;
};

/// Runs the norm's layer on the reference executor, in training mode and double, with weights 1, 1.5, 2, 1, …
/// and biases 0, 0.5, 0, … Throws UsageError if x is not [N, C, H, W] or the groups do not divide C.
Explanation explain(Norm norm, const Tensor& x, std::int64_t groups = 1,
                    const std::optional<Tensor>& dy = {});

}  // namespace norma
