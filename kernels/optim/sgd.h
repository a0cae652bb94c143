// One step of stochastic gradient descent on one parameter, as PyTorch's torch.optim.SGD:
//
//   g = grad + weight_decay·p
//   v = g at the first step, else momentum·v + (1 − dampening)·g          (where momentum ≠ 0)
//   p = p − lr·(nesterov ? g + momentum·v : v)
#pragma once

#include <cstdint>

namespace norma {

template <class T>
struct SgdStep {
  std::int64_t count;
  double lr, momentum, dampening, weight_decay;
  bool nesterov;
  bool first;  ///< the velocity holds nothing yet
  const T* grad;
  T* p;
  T* velocity;  ///< not touched where momentum = 0
};

namespace reference {
template <class T>
void sgd_step(const SgdStep<T>& a);
}  // namespace reference

namespace cpu {
template <class T>
void sgd_step(const SgdStep<T>& a);
}  // namespace cpu

namespace simt {
template <class T>
void sgd_step(const SgdStep<T>& a);
}  // namespace simt

namespace cuda {
template <class T>
void sgd_step(const SgdStep<T>& a);
}  // namespace cuda

}  // namespace norma
