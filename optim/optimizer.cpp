#include "optim/optimizer.h"

#include <limits>
#include <map>

#include "kernels/table.h"
#include "layers/functional/add.h"
#include "layers/functional/loss.h"

namespace norma {

Optimizer::Optimizer(std::vector<Tensor> parameters, double lr)
    : parameters_(std::move(parameters)), lr_(lr) {
  if (parameters_.empty()) fail("an optimizer needs at least one parameter");
  if (!(lr >= 0)) fail("a learning rate must be at least 0, not {}", lr);
}

namespace {

void at_least_zero(const char* what, double value) {
  if (!(value >= 0)) fail("{} must be at least 0, not {}", what, value);
}

}  // namespace

void Optimizer::zero_grad() {
  for (Tensor& p : parameters_) p.zero_grad();
}

template <class F>
void Optimizer::for_each_kind(const F& f) const {
  std::map<std::pair<Device, DType>, std::vector<std::size_t>> kinds;
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    if (const Tensor& p = parameters_[i]; p.grad().defined()) kinds[{p.device(), p.dtype()}].push_back(i);
  for (const auto& kind : kinds) {  // no structured binding: Clang 16 captures none
    const Device device = kind.first.first;
    dispatch_float("an optimizer", kind.first.second,
                   [&]<class T>() { f.template operator()<T>(device, kind.second); });
  }
}

State Optimizer::state_dict() const {
  State state = own_state();
  state.push_back(numbers("lr_momentum", {lr(), momentum()}));
  return state;
}

void Optimizer::load_state_dict(const State& state) {
  const std::vector<double> rates = numbers_of(state, "lr_momentum", 2);
  load_own_state(state);
  set_lr(rates[0]);
  set_momentum(rates[1]);
}

Tensor Optimizer::copy_of(const State& state, const std::string& name, std::size_t index) const {
  const std::string full = fmt::format("{}.{}", name, index);
  const Tensor tensor = find_tensor(state, full);
  if (!tensor.defined()) return tensor;
  const Tensor& p = parameters_[index];
  if (tensor.shape() != p.shape() || tensor.dtype() != p.dtype())
    fail("{} has shape {} in the state, and its parameter has {}", full, tensor.shape().to_string(),
         p.shape().to_string());
  return tensor.to(p.device()).clone();
}

SGD::SGD(std::vector<Tensor> parameters, const SgdOptions& options)
    : Optimizer(std::move(parameters), options.lr), options_(options), velocity_(parameters_.size()) {
  at_least_zero("SGD's momentum", options.momentum);
  at_least_zero("SGD's weight decay", options.weight_decay);
  if (options.nesterov && (options.momentum <= 0 || options.dampening != 0))
    fail("Nesterov momentum needs a momentum above 0 and no dampening");
}

void SGD::step() {
  for_each_kind([&]<class T>(Device device, const std::vector<std::size_t>& members) {
    SgdStep<T> step{
        lr_, options_.momentum, options_.dampening, options_.weight_decay, options_.nesterov, {}, state_};
    for (const std::size_t i : members) {
      const Tensor &p = parameters_[i], grad = p.grad();
      const bool first = !velocity_[i].defined();
      if (first && options_.momentum != 0) velocity_[i] = Tensor::empty_like(p);
      step.parameters.push_back({p.numel(), first, grad.data<T>(), p.data<T>(), velocity_[i].data<T>()});
    }
    kernels<T>.sgd_step(device, step);
  });
}

State SGD::own_state() const {
  State state;
  for (std::size_t i = 0; i < velocity_.size(); ++i)
    if (velocity_[i].defined()) state.push_back({fmt::format("velocity.{}", i), velocity_[i]});
  return state;
}

void SGD::load_own_state(const State& state) {
  for (std::size_t i = 0; i < velocity_.size(); ++i) velocity_[i] = copy_of(state, "velocity", i);
}

Adam::Adam(std::vector<Tensor> parameters, const AdamOptions& options)
    : Adam(std::move(parameters), options, false) {}

Adam::Adam(std::vector<Tensor> parameters, const AdamOptions& options, bool decoupled)
    : Optimizer(std::move(parameters), options.lr),
      options_(options),
      decoupled_(decoupled),
      moments_(parameters_.size()) {
  at_least_zero("Adam's eps", options.eps);
  at_least_zero("Adam's weight decay", options.weight_decay);
  for (const double beta : {options.beta1, options.beta2})
    if (!(beta >= 0 && beta < 1)) fail("Adam's betas must be in [0, 1), not {}", beta);
}

void Adam::step() {
  for_each_kind([&]<class T>(Device device, const std::vector<std::size_t>& members) {
    AdamStep<T> step{lr_, options_.beta1, options_.beta2, options_.eps, options_.weight_decay, decoupled_,
                     {},  state_};
    for (const std::size_t i : members) {
      const Tensor &p = parameters_[i], grad = p.grad();
      Moments& s = moments_[i];
      if (s.t++ == 0) s.m = Tensor::zeros(p.shape(), p.dtype(), p.device()), s.v = s.m.clone();
      const std::int64_t t = state_ != nullptr ? s.t - static_cast<std::int64_t>(state_step_) : s.t;
      step.parameters.push_back({p.numel(), t, grad.data<T>(), p.data<T>(), s.m.data<T>(), s.v.data<T>()});
    }
    kernels<T>.adam_step(device, step);
  });
}

void Adam::count_replay() {
  for (Moments& s : moments_)
    if (s.m.defined()) ++s.t;
}

State Adam::own_state() const {
  State state;
  std::vector<double> steps;
  for (std::size_t i = 0; i < moments_.size(); ++i) {
    steps.push_back(static_cast<double>(moments_[i].t));
    if (!moments_[i].m.defined()) continue;
    state.push_back({fmt::format("m.{}", i), moments_[i].m});
    state.push_back({fmt::format("v.{}", i), moments_[i].v});
  }
  state.push_back(numbers("steps", steps));
  return state;
}

void Adam::load_own_state(const State& state) {
  constexpr std::int64_t most_steps = std::numeric_limits<std::uint32_t>::max();  // as the trainer counts
  const std::vector<double> steps = numbers_of(state, "steps", moments_.size());
  for (std::size_t i = 0; i < moments_.size(); ++i) {
    Moments& s = moments_[i] = {copy_of(state, "m", i), copy_of(state, "v", i),
                                count_of("Adam's number of steps", steps[i], most_steps)};
    if (s.m.defined() != (s.t > 0) || s.v.defined() != (s.t > 0))
      fail("parameter {} has taken {} steps in the state, which does not fit its m and v", i, s.t);
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
