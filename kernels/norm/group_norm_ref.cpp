// Group norm by its definition: the set is the C/G channels of a group in one image, contiguous in memory.
#include "kernels/norm/group_norm.h"
#include "kernels/norm/set_ref.h"

namespace norma::reference {

template <class T>
void group_norm_forward(const GroupNormForward<T>& a) {
  const Elements<T> elements{a.x, a.weight, a.bias, a.after, a.hw};
  const std::int64_t m = a.c / a.groups * a.hw;
  for (std::int64_t set = 0; set < a.n * a.groups; ++set) {
    const auto at = [&](std::int64_t i) { return set * m + i; };
    const auto affine = [&](std::int64_t i) { return at(i) / a.hw % a.c; };
    const auto [mean, var] = moments(m, a.x, at);
    a.mean[set] = mean;
    a.rstd[set] = 1 / std::sqrt(var + a.eps);
    normalize(m, at, affine, a.mean[set], a.rstd[set], elements, a.y);
  }
}

template <class T>
void group_norm_backward(const GroupNormBackward<T>& a) {
  const Elements<T> elements{a.x, a.weight, a.bias, a.after, a.hw};
  const std::int64_t m = a.c / a.groups * a.hw;
  std::vector<double> dweight(static_cast<std::size_t>(a.c)), dbias(dweight);
  for (std::int64_t set = 0; set < a.n * a.groups; ++set) {
    const auto at = [&](std::int64_t i) { return set * m + i; };
    const auto affine = [&](std::int64_t i) { return at(i) / a.hw % a.c; };
    backward_set(m, at, affine, a.mean[set], a.rstd[set], false, a.dy, elements, a.dx, dweight, dbias);
  }
  write(dweight, a.dweight);
  write(dbias, a.dbias);
}

NORMA_INSTANTIATE(group_norm_forward, GroupNormForward)
NORMA_INSTANTIATE(group_norm_backward, GroupNormBackward)

}  // namespace norma::reference
