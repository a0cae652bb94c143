#include "optim/weight_average.h"

#include <cmath>

#include "core/error.h"
#include "kernels/table.h"

namespace norma {

WeightAverage::WeightAverage(std::vector<Tensor> parameters, double decay)
    : parameters_(std::move(parameters)), decay_(decay) {
  if (!(decay > 0 && decay < 1)) fail("the decay of an average of weights is between 0 and 1, not {}", decay);
  for (const Tensor& p : parameters_) averages_.push_back(Tensor::zeros(p.shape(), p.dtype(), p.device()));
}

void WeightAverage::update() {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor &p = parameters_[i], &average = averages_[i], change = Tensor::empty_like(p);
    const Repeat all{1, 1, p.numel(), 1};
    dispatch_float("an average of weights", p.dtype(), [&]<class T>() {
      kernels<T>.combine(p.device(),
                         {CombineFunction::subtract, all, p.data<T>(), average.data<T>(), change.data<T>()});
      kernels<T>.unary_forward(p.device(), {UnaryFunction::identity, p.numel(), 1 - decay_, 0,
                                            change.data<T>(), change.data<T>()});
      kernels<T>.combine(p.device(),
                         {CombineFunction::add, all, average.data<T>(), change.data<T>(), average.data<T>()});
    });
  }
  ++steps_;
}

void WeightAverage::put() const {
  if (steps_ == 0) fail("there is no average of weights before the first step");
  const double factor = 1 / (1 - std::pow(decay_, static_cast<double>(steps_)));
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor &p = parameters_[i], &average = averages_[i];
    dispatch_float("an average of weights", p.dtype(), [&]<class T>() {
      kernels<T>.unary_forward(
          p.device(), {UnaryFunction::identity, p.numel(), factor, 0, average.data<T>(), p.data<T>()});
    });
  }
}

State WeightAverage::state_dict() const {
  State state = {numbers("steps", {static_cast<double>(steps_)})};
  for (std::size_t i = 0; i < averages_.size(); ++i) state.push_back({std::to_string(i), averages_[i]});
  return state;
}

void WeightAverage::load_state_dict(const State& state) {
  const std::int64_t steps =
      count_of("the steps of the average of weights", numbers_of(state, "steps", 1)[0]);
  for (std::size_t i = 0; i < averages_.size(); ++i) {
    const Tensor found = find_tensor(state, std::to_string(i));
    if (!found.defined() || found.shape() != averages_[i].shape())
      fail("the state has no average of weights of shape {}, number {}", averages_[i].shape().to_string(), i);
    averages_[i].copy_from(found);
  }
  steps_ = steps;
}

}  // namespace norma
