// The one idea behind all norms, in plain loops: normalise a *set* of elements by its own mean and variance.
// A norm is a choice of sets; its reference implementation is a pair of index functions:
//
//   at(i)      where element i of the set lies in x and y
//   affine(i)  which weight and bias it takes
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

namespace norma::reference {

struct Moments {
  double mean, var;  // biased variance: Σ(x − mean)² / M
};

/// Two passes: subtracting the mean before squaring keeps a small deviation beside a large mean.
template <class T, class At>
Moments moments(std::int64_t m, const T* x, At at) {
  double sum = 0;
  for (std::int64_t i = 0; i < m; ++i) sum += x[at(i)];
  const double mean = sum / static_cast<double>(m);
  double squares = 0;
  for (std::int64_t i = 0; i < m; ++i) squares += (x[at(i)] - mean) * (x[at(i)] - mean);
  return {mean, squares / static_cast<double>(m)};
}

/// y = (x − mean)·rstd·weight + bias over one set.
template <class T, class At, class Affine>
void normalize(std::int64_t m, At at, Affine affine, double mean, double rstd, const T* x, const T* weight,
               const T* bias, T* y) {
  for (std::int64_t i = 0; i < m; ++i) {
    const double xhat = (x[at(i)] - mean) * rstd;
    y[at(i)] = static_cast<T>(xhat * (weight ? weight[affine(i)] : 1.0) + (bias ? bias[affine(i)] : 0.0));
  }
}

/// Adds one set's share to dweight and dbias, and writes its dx:
///   dx = rstd·(g − (Σ g + x̂·Σ g·x̂)/M)  with g = dy·weight,  or  rstd·g where the statistics are constants.
template <class T, class At, class Affine>
void backward_set(std::int64_t m, At at, Affine affine, double mean, double rstd, bool constant_statistics,
                  const T* dy, const T* x, const T* weight, T* dx, std::vector<double>& dweight,
                  std::vector<double>& dbias) {
  double sum_g = 0, sum_gx = 0;
  for (std::int64_t i = 0; i < m; ++i) {
    const double xhat = (x[at(i)] - mean) * rstd;
    const double g = dy[at(i)] * (weight ? double{weight[affine(i)]} : 1.0);
    sum_g += g;
    sum_gx += g * xhat;
    dweight[static_cast<std::size_t>(affine(i))] += dy[at(i)] * xhat;
    dbias[static_cast<std::size_t>(affine(i))] += dy[at(i)];
  }
  if (dx == nullptr) return;
  for (std::int64_t i = 0; i < m; ++i) {
    const double xhat = (x[at(i)] - mean) * rstd;
    const double g = dy[at(i)] * (weight ? double{weight[affine(i)]} : 1.0);
    const double shared = constant_statistics ? 0.0 : (sum_g + xhat * sum_gx) / static_cast<double>(m);
    dx[at(i)] = static_cast<T>(rstd * (g - shared));
  }
}

/// Rounds a sum kept in double into an output that may not be wanted.
template <class T>
void write(const std::vector<double>& sums, T* out) {
  if (out == nullptr) return;
  for (std::size_t i = 0; i < sums.size(); ++i) out[i] = static_cast<T>(sums[i]);
}

}  // namespace norma::reference
