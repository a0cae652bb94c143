// SGD on a GPU: functions of an element of any number of parameters at once; the kernel is map_list of
// kernels/cuda/map.cuh.
//
// MATH     g = grad + weight_decay·p;  v = g at first, else momentum·v + (1 − dampening)·g;
//          p −= lr·(nesterov ? g + momentum·v : v)
// MEMORY   grad read, p and v read and written: 20 bytes per float, 12 without momentum
// NUMERICS in T, as PyTorch
#include "kernels/optim/sgd.h"

#include "kernels/cuda/map.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <class T>
struct Descend {
  T lr, weight_decay;
  const StepState* state;
  __device__ Descend now() const {
    return {state != nullptr ? static_cast<T>(state->lr) : lr, weight_decay, state};
  }
  __device__ void operator()(T grad, T& p) const { p -= lr * (grad + weight_decay * p); }
};

template <class T>
struct DescendWithMomentum {
  T lr, weight_decay, momentum, take;
  bool nesterov, first;
  const StepState* state;
  __device__ DescendWithMomentum now() const {
    DescendWithMomentum f = *this;
    if (state != nullptr) f.lr = static_cast<T>(state->lr), f.momentum = static_cast<T>(state->momentum);
    return f;
  }
  __device__ void operator()(T grad, T& p, T& velocity) const {
    const T g = grad + weight_decay * p;
    velocity = first ? g : momentum * velocity + take * g;
    p -= lr * (nesterov ? g + momentum * velocity : velocity);
  }
};

}  // namespace

template <class T>
void sgd_step(const SgdStep<T>& a) {
  const T lr = static_cast<T>(a.lr), weight_decay = static_cast<T>(a.weight_decay);
  if (a.momentum == 0)
    return map_list(a.parameters, [&](const SgdParameter<T>& of) {
      return MapItem{of.count, Descend<T>{lr, weight_decay, a.state}, In{of.grad}, InOut{of.p}};
    });
  const T momentum = static_cast<T>(a.momentum), take = static_cast<T>(1 - a.dampening);
  map_list(a.parameters, [&](const SgdParameter<T>& of) {
    return MapItem{of.count,
                   DescendWithMomentum<T>{lr, weight_decay, momentum, take, a.nesterov, of.first, a.state},
                   In{of.grad}, InOut{of.p}, InOut{of.velocity}};
  });
}

NORMA_INSTANTIATE(sgd_step, SgdStep)

}  // namespace norma::NORMA_EXECUTOR
