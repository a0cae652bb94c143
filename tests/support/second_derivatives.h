// The gradient of an operation, as a function of all that it depends on, has the gradient that central
// differences of it give.
#pragma once

#include "core/autograd.h"
#include "layers/functional/arithmetic.h"
#include "layers/functional/reshape.h"
#include "tests/support/check.h"

namespace norma::test {

/// Σ of squares of all gradients, weighted by random numbers: every entry of the second derivative counts. A
/// random cotangent stands for what follows f.
inline Tensor squared_gradients(const Inputs& t, const Function& f) {
  const Tensor y = f(t);
  const Tensor cotangent = random_tensor(y.shape(), 77, 0.5, 1.5).to(y.dtype()).to(y.device());
  Tensor total;
  for (const Tensor& dx : grad(y, t, cotangent, true)) {
    if (!dx.defined()) continue;
    const Tensor flat = functional::reshape(dx, {dx.numel()});
    const Tensor weights = random_tensor({dx.numel()}, 78, 0.5, 1.5).to(y.dtype()).to(y.device());
    const Tensor sum_of_squares = functional::sum(functional::square(flat) * weights, {0});
    total = total.defined() ? total + sum_of_squares : sum_of_squares;
  }
  return total;
}

inline void check_twice(const Inputs& inputs, const Function& f, const Tolerances& tolerances) {
  check_operation(
      inputs, [&](const Inputs& t) { return squared_gradients(t, f); }, tolerances);
}

}  // namespace norma::test
