// One step of Adam (Kingma and Ba 2015, arXiv:1412.6980) or AdamW (Loshchilov and Hutter 2019,
// arXiv:1711.05101) on any number of parameters, as PyTorch's torch.optim.Adam and AdamW; t counts steps
// from 1:
//
//   Adam:  g = grad + weight_decay·p            AdamW:  p = p·(1 − lr·weight_decay), g = grad
//   m = β₁·m + (1 − β₁)·g     v = β₂·v + (1 − β₂)·g²
//   p = p − lr/(1 − β₁ᵗ)·m / (√v/√(1 − β₂ᵗ) + ε)
#pragma once

#include <cstdint>
#include <vector>

#include "core/step_state.h"
#include "kernels/cost.h"
#include "kernels/executors.h"

namespace norma {

template <class T>
struct AdamParameter {
  std::int64_t count;
  std::int64_t t;  ///< plus state->step, if there is a state
  const T* grad;
  T* p;
  T* m;
  T* v;
};

template <class T>
struct AdamStep {
  double lr, beta1, beta2, eps, weight_decay;
  bool decoupled;  ///< AdamW
  std::vector<AdamParameter<T>> parameters;
  const StepState* state = nullptr;  ///< if there is one, its lr and, as beta1, its momentum count

  Cost cost() const {
    std::int64_t count = 0;
    for (const auto& p : parameters) count += p.count;
    return cost_of_numbers<T>(7 * count);
  }
};

NORMA_DECLARE(adam_step, AdamStep)

}  // namespace norma
