// Linear on the CPU: three small products, by Eigen. Each leaf of the tree over rows (core/image_tree.h)
// has products of its own, because the order in which Eigen adds depends on the number of rows.
#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Core>

#include "core/image_tree.h"
#include "core/parallel.h"
#include "kernels/linear/linear.h"
#include "kernels/scratch.h"

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
  const ImageTree tree(a.n);
  parallel_for(tree.size(), [&](std::int64_t leaf) {
    const std::int64_t first = tree.begin(leaf), rows = tree.end(leaf) - first;
    auto y = out(a.y + first * a.out, rows, a.out);
    y.noalias() = in(a.x + first * a.in, rows, a.in) * in(a.weight, a.out, a.in).transpose();
    if (a.bias) y.rowwise() += in(a.bias, 1, a.out).row(0);
  });
}

template <class T>
void linear_backward(const LinearBackward<T>& a) {
  const ImageTree tree(a.n);
  const std::int64_t weights = a.out * a.in, size = weights + a.out;  // a leaf's dweight, its dbias
  const Scratch<T> parts(tree.size() * size);
  parallel_for(tree.size(), [&](std::int64_t leaf) {
    const std::int64_t first = tree.begin(leaf), rows = tree.end(leaf) - first;
    const auto dy = in(a.dy + first * a.out, rows, a.out);
    T* const part = parts.data() + leaf * size;
    if (a.dx) out(a.dx + first * a.in, rows, a.in).noalias() = dy * in(a.weight, a.out, a.in);
    if (a.dweight) out(part, a.out, a.in).noalias() = dy.transpose() * in(a.x + first * a.in, rows, a.in);
    if (a.dbias) out(part + weights, 1, a.out) = dy.colwise().sum();
  });
  const auto add_parts = [&](std::int64_t begin, std::int64_t count, T* total) {
    if (total == nullptr) return;
    tree.add_arrays(parts.data(), size, begin, begin + count);
    std::copy_n(parts.data() + begin, count, total);
  };
  add_parts(0, weights, a.dweight);
  add_parts(weights, a.out, a.dbias);
}

NORMA_INSTANTIATE(linear_forward, LinearForward)
NORMA_INSTANTIATE(linear_backward, LinearBackward)

}  // namespace norma::cpu
