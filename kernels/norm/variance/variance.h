// Ways to compute the variance of a set, (1/M)·Σ (x − mean)², that agree in exact arithmetic and differ in
// rounded arithmetic. The kernels use the corrected two-pass method, and Chan's merge for large sets
// (kernels/norm/README.md, "Numerics").
//
// T. F. Chan, G. H. Golub, R. J. LeVeque, "Algorithms for computing the sample variance" (1983).
#pragma once

#include <string>
#include <vector>

#include "kernels/norm/variance/number_format.h"

namespace norma {

struct VarianceMethod {
  std::string name;     ///< "two-pass"
  std::string formula;  ///< in one line
  /// Of numbers of the format `acc` or a narrower one; every intermediate result is rounded to `acc`.
  double (*variance)(const std::vector<double>& x, const NumberFormat& acc);
};

const std::vector<VarianceMethod>& variance_methods();

/// The variance of the numbers as they are, in long double and two passes: correct to at least 15 digits.
double exact_variance(const std::vector<double>& x);

/// The error of a method in units of the last place of `acc`; infinite if its result is.
double error_in_ulps(const VarianceMethod& method, const std::vector<double>& x, const NumberFormat& acc);

/// Numbers are stored in one format and added in another.
struct FormatPair {
  const NumberFormat *stored, *accumulator;
  std::string title() const;  ///< "x in bfloat16, sums in float32"
};
/// Those that are in use.
std::vector<FormatPair> format_pairs();

/// `count` normally distributed numbers of this mean and deviation 1, from a fixed seed, rounded to the
/// format.
std::vector<double> numbers_with_mean(double mean, std::size_t count, const NumberFormat& format);

struct NumAcc {
  std::string name;
  double mean, deviation;  ///< certified; the deviation divides by M − 1
  std::vector<double> values;
};
/// NumAcc1 to NumAcc4 of the NIST StRD, univariate summary statistics, made for finding bad formulas
/// (https://www.itl.nist.gov/div898/strd/univ/homepage.html).
const std::vector<NumAcc>& nist_numacc();

}  // namespace norma
