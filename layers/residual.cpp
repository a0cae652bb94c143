#include "layers/residual.h"

#include "layers/functional/add.h"

namespace norma {

Residual::Residual(std::shared_ptr<Module> body) : body_(register_module("body", std::move(body))) {}

Tensor Residual::forward(const Tensor& x) { return functional::add(x, (*body_)(x)); }

}  // namespace norma
