#include "layers/dropout.h"

#include "layers/functional/dropout.h"

namespace norma {
namespace {

double probability(const char* layer, double p) {
  if (!(p >= 0 && p <= 1)) fail("{} takes a probability in [0, 1], not {}", layer, p);
  return p;
}

}  // namespace

Dropout::Dropout(double p) : p_(probability("Dropout", p)) {}
Tensor Dropout::forward(const Tensor& x) { return functional::dropout(x, p_, is_training()); }

Dropout2d::Dropout2d(double p) : p_(probability("Dropout2d", p)) {}
Tensor Dropout2d::forward(const Tensor& x) { return functional::dropout2d(x, p_, is_training()); }

}  // namespace norma
