// Linear on the CPU: three small products, by Eigen on one thread (they are a thousandth of a network's
// work).
#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Core>

#include "kernels/linear/linear.h"

namespace norma::cpu {
namespace {

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class T>
Eigen::Map<const Matrix<T>> in(const T* data, std::int64_t rows, std::int64_t columns) {
  return {data, rows, columns};
}
template <class T>
Eigen::Map<Matrix<T>> out(T* data, std::int64_t rows, std::int64_t columns) {
  return {data, rows, columns};
}

}  // namespace

template <class T>
void linear_forward(const LinearForward<T>& a) {
  auto y = out(a.y, a.n, a.out);
  y.noalias() = in(a.x, a.n, a.in) * in(a.weight, a.out, a.in).transpose();
  if (a.bias) y.rowwise() += in(a.bias, 1, a.out).row(0);
}

template <class T>
void linear_backward(const LinearBackward<T>& a) {
  const auto dy = in(a.dy, a.n, a.out);
  if (a.dx) out(a.dx, a.n, a.in).noalias() = dy * in(a.weight, a.out, a.in);
  if (a.dweight) out(a.dweight, a.out, a.in).noalias() = dy.transpose() * in(a.x, a.n, a.in);
  if (a.dbias) out(a.dbias, 1, a.out) = dy.colwise().sum();
}

NORMA_INSTANTIATE(linear_forward, LinearForward)
NORMA_INSTANTIATE(linear_backward, LinearBackward)

}  // namespace norma::cpu
