// Some numbers per step: the definition is fast enough.
#include "kernels/optim/begin_step.h"

namespace norma::cpu {

template <class T>
void begin_step(const BeginStep<T>& a) {
  reference::begin_step(a);
}

template <class T>
void keep_score(const KeepScore<T>& a) {
  reference::keep_score(a);
}

NORMA_INSTANTIATE(begin_step, BeginStep)
NORMA_INSTANTIATE(keep_score, KeepScore)

}  // namespace norma::cpu
