#include "kernels/optim/begin_step.h"

#include <algorithm>

namespace norma::reference {

template <class T>
void begin_step(const BeginStep<T>& a) {
  *a.state = StepState(a.table[a.state->next]);
  std::copy_n(a.order + a.state->batch * a.batch_size, a.n, a.indices);
}

template <class T>
void keep_score(const KeepScore<T>& a) {
  const std::int64_t slot = a.state != nullptr ? a.state->slot : a.slot;
  a.losses[slot] = *a.loss;
  a.rights[slot] = *a.right;
  if (a.count > 0) std::copy_n(a.scores, a.count, a.all_scores + slot * a.stride);
}

NORMA_INSTANTIATE(begin_step, BeginStep)
NORMA_INSTANTIATE(keep_score, KeepScore)

}  // namespace norma::reference
