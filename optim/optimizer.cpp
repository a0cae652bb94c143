#include "optim/optimizer.h"

#include "kernels/table.h"
#include "layers/functional/add.h"
#include "layers/functional/loss.h"

namespace norma {

Optimizer::Optimizer(std::vector<Tensor> parameters, double lr)
    : parameters_(std::move(parameters)), lr_(lr) {
  if (parameters_.empty()) fail("an optimizer needs at least one parameter");
  if (!(lr >= 0)) fail("a learning rate is at least 0, not {}", lr);
}

namespace {

void at_least_zero(const char* what, double value) {
  if (!(value >= 0)) fail("{} is at least 0, not {}", what, value);
}

}  // namespace

void Optimizer::zero_grad() {
  for (Tensor& p : parameters_) p.zero_grad();
}

SGD::SGD(std::vector<Tensor> parameters, const SgdOptions& options)
    : Optimizer(std::move(parameters), options.lr), options_(options), velocity_(parameters_.size()) {
  at_least_zero("SGD's momentum", options.momentum);
  at_least_zero("SGD's weight decay", options.weight_decay);
  if (options.nesterov && (options.momentum <= 0 || options.dampening != 0))
    fail("Nesterov momentum needs a momentum above 0 and no dampening");
}

void SGD::step() {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor& p = parameters_[i];
    const Tensor grad = p.grad();
    if (!grad.defined()) continue;
    const bool first = !velocity_[i].defined();
    if (first && options_.momentum != 0) velocity_[i] = Tensor::empty_like(p);
    dispatch_float("sgd_step", p.dtype(), [&]<class T>() {
      kernels<T>.sgd_step(p.device(),
                          {p.numel(), lr_, options_.momentum, options_.dampening, options_.weight_decay,
                           options_.nesterov, first, grad.data<T>(), p.data<T>(), velocity_[i].data<T>()});
    });
  }
}

Adam::Adam(std::vector<Tensor> parameters, const AdamOptions& options)
    : Adam(std::move(parameters), options, false) {}

Adam::Adam(std::vector<Tensor> parameters, const AdamOptions& options, bool decoupled)
    : Optimizer(std::move(parameters), options.lr),
      options_(options),
      decoupled_(decoupled),
      state_(parameters_.size()) {
  at_least_zero("Adam's eps", options.eps);
  at_least_zero("Adam's weight decay", options.weight_decay);
  for (const double beta : {options.beta1, options.beta2})
    if (!(beta >= 0 && beta < 1)) fail("Adam's betas lie in [0, 1), not at {}", beta);
}

void Adam::step() {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor& p = parameters_[i];
    const Tensor grad = p.grad();
    if (!grad.defined()) continue;
    State& s = state_[i];
    if (s.t++ == 0) s.m = Tensor::zeros(p.shape(), p.dtype(), p.device()), s.v = s.m.clone();
    dispatch_float("adam_step", p.dtype(), [&]<class T>() {
      kernels<T>.adam_step(
          p.device(), {p.numel(), lr_, options_.beta1, options_.beta2, options_.eps, options_.weight_decay,
                       decoupled_, s.t, grad.data<T>(), p.data<T>(), s.m.data<T>(), s.v.data<T>()});
    });
  }
}

Tensor l1_penalty(const std::vector<Tensor>& parameters, double factor) {
  Tensor total;
  for (const Tensor& p : parameters) {
    const Tensor one = functional::abs_sum(p, factor);
    total = total.defined() ? functional::add(total, one) : one;
  }
  return total;
}

}  // namespace norma
