// The one idea behind all norms, in plain loops: normalise a *set* of elements by its own mean and variance.
// A norm is a choice of sets; its reference implementation is a pair of index functions:
//
//   at(i)      where element i of the set lies in x and y
//   affine(i)  which weight and bias it takes
//
// and, where an epilogue follows, plane(at(i)) = at(i) / H·W: which dropout factor it takes.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/norm/epilogue.h"

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

/// What a norm's z becomes: itself, or what the epilogue makes of it.
template <class T>
T follow(const Epilogue& after, std::int64_t plane, T z) {
  if (!after.relu) return z;
  const double factor = after.factor(plane);
  return z < 0 || factor == 0 ? T{0} : static_cast<T>(z * factor);
}

/// The gradient by z, given that by y.
template <class T>
T follow_back(const Epilogue& after, std::int64_t plane, T z, T dy) {
  if (!after.relu) return dy;
  return z > 0 ? static_cast<T>(dy * after.factor(plane)) : T{0};
}

/// What all elements of all sets share.
template <class T>
struct Elements {
  const T* x;
  const T* weight;
  const T* bias;
  const Epilogue& after;
  std::int64_t plane;  ///< elements that share a dropout factor

  double weight_at(std::int64_t i) const { return weight ? double{weight[i]} : 1.0; }
  double bias_at(std::int64_t i) const { return bias ? double{bias[i]} : 0.0; }
  T z(double xhat, std::int64_t i) const { return static_cast<T>(xhat * weight_at(i) + bias_at(i)); }
};

/// y = (x − mean)·rstd·weight + bias over one set, and what follows.
template <class T, class At, class Affine>
void normalize(std::int64_t m, At at, Affine affine, double mean, double rstd, const Elements<T>& e, T* y) {
  for (std::int64_t i = 0; i < m; ++i) {
    const double xhat = (e.x[at(i)] - mean) * rstd;
    y[at(i)] = follow(e.after, at(i) / e.plane, e.z(xhat, affine(i)));
  }
}

/// Adds one set's share to dweight and dbias, and writes its dx:
///   dx = rstd·(g − (Σ g + x̂·Σ g·x̂)/M)  with g = dz·weight,  or  rstd·g where the statistics are constants.
template <class T, class At, class Affine>
void backward_set(std::int64_t m, At at, Affine affine, double mean, double rstd, bool constant_statistics,
                  const T* dy, const Elements<T>& e, T* dx, std::vector<double>& dweight,
                  std::vector<double>& dbias) {
  const auto xhat_at = [&](std::int64_t i) { return (e.x[at(i)] - mean) * rstd; };
  const auto dz_at = [&](std::int64_t i) {
    return follow_back(e.after, at(i) / e.plane, e.z(xhat_at(i), affine(i)), dy[at(i)]);
  };
  double sum_g = 0, sum_gx = 0;
  for (std::int64_t i = 0; i < m; ++i) {
    const double xhat = xhat_at(i), dz = dz_at(i), g = dz * e.weight_at(affine(i));
    sum_g += g;
    sum_gx += g * xhat;
    dweight[static_cast<std::size_t>(affine(i))] += dz * xhat;
    dbias[static_cast<std::size_t>(affine(i))] += dz;
  }
  if (dx == nullptr) return;
  for (std::int64_t i = 0; i < m; ++i) {
    const double g = dz_at(i) * e.weight_at(affine(i));
    const double shared = constant_statistics ? 0.0 : (sum_g + xhat_at(i) * sum_gx) / static_cast<double>(m);
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
