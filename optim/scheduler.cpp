#include "optim/scheduler.h"

#include <cmath>
#include <numbers>

namespace norma {

StepLR::StepLR(Optimizer& optimizer, int step_size, double gamma)
    : Scheduler(optimizer), step_size_(step_size), gamma_(gamma) {
  if (step_size < 1) fail("StepLR takes a step size of at least 1, not {}", step_size);
}

void StepLR::step(double /*metric*/) {
  ++t_;
  optimizer_.set_lr(base_lr_ * std::pow(gamma_, t_ / step_size_));
}

CosineAnnealingLR::CosineAnnealingLR(Optimizer& optimizer, int t_max, double eta_min)
    : Scheduler(optimizer), t_max_(t_max), eta_min_(eta_min) {
  if (t_max < 1) fail("CosineAnnealingLR takes a T_max of at least 1, not {}", t_max);
}

void CosineAnnealingLR::step(double /*metric*/) {
  ++t_;
  const double share = (1 + std::cos(std::numbers::pi * t_ / t_max_)) / 2;
  optimizer_.set_lr(eta_min_ + (base_lr_ - eta_min_) * share);
}

OneCycleLR::OneCycleLR(Optimizer& optimizer, const OneCycleOptions& options)
    : Scheduler(optimizer), options_(options) {
  if (options.total_steps < 1)
    fail("OneCycleLR takes at least one step in total, not {}", options.total_steps);
  if (!(options.pct_start >= 0 && options.pct_start <= 1))
    fail("OneCycleLR takes a pct_start in [0, 1], not {}", options.pct_start);
  const auto total = static_cast<double>(options.total_steps);
  const double first = options.max_lr / options.div_factor, last = first / options.final_div_factor;
  const double rise = options.pct_start * total - 1, end = total - 1;
  const double low = options.base_momentum, high = options.max_momentum;
  phases_ = {{rise, first, options.max_lr, high, low}};
  if (options.three_phase) {
    phases_.push_back({2 * rise, options.max_lr, first, low, high});
    phases_.push_back({end, first, last, high, high});
  } else {
    phases_.push_back({end, options.max_lr, last, low, high});
  }
  apply();
}

void OneCycleLR::step(double /*metric*/) {
  if (++t_ > options_.total_steps)
    fail("OneCycleLR was made for {} steps, but step() was called once more", options_.total_steps);
  apply();
}

void OneCycleLR::apply() {
  const auto t = static_cast<double>(t_);
  double start = 0;
  for (const Phase& phase : phases_) {
    if (t > phase.end_step && &phase != &phases_.back()) {
      start = phase.end_step;
      continue;
    }
    const double length = phase.end_step - start, done = length != 0 ? (t - start) / length : 1;
    const auto anneal = [&](double from, double to) {
      if (options_.linear) return from + (to - from) * done;
      return to + (from - to) / 2 * (1 + std::cos(std::numbers::pi * done));
    };
    optimizer_.set_lr(anneal(phase.lr_from, phase.lr_to));
    if (options_.cycle_momentum) optimizer_.set_momentum(anneal(phase.momentum_from, phase.momentum_to));
    return;
  }
}

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, const PlateauOptions& options)
    : Scheduler(optimizer),
      options_(options),
      best_(std::numeric_limits<double>::infinity() * (options.maximize ? -1 : 1)) {
  if (options.factor >= 1) fail("ReduceLROnPlateau takes a factor below 1, not {}", options.factor);
}

std::vector<double> ReduceLROnPlateau::state() const {
  return {best_, static_cast<double>(bad_epochs_), static_cast<double>(cooldown_left_)};
}

void ReduceLROnPlateau::load_state(const std::vector<double>& state) {
  best_ = state.at(0);
  bad_epochs_ = static_cast<int>(count_of("the scheduler's number of bad epochs", state.at(1)));
  cooldown_left_ = static_cast<int>(count_of("the scheduler's cooldown", state.at(2)));
}

bool ReduceLROnPlateau::is_better(double metric) const {
  const double sign = options_.maximize ? 1 : -1;
  if (options_.absolute_threshold) return sign * metric > sign * best_ + options_.threshold;
  return sign * metric > sign * best_ * (1 + sign * options_.threshold);
}

void ReduceLROnPlateau::step(double metric) {
  if (is_better(metric)) {
    best_ = metric;
    bad_epochs_ = 0;
  } else {
    ++bad_epochs_;
  }
  if (cooldown_left_ > 0) {
    --cooldown_left_;
    bad_epochs_ = 0;
  }
  if (bad_epochs_ <= options_.patience) return;
  const double lr = std::max(optimizer_.lr() * options_.factor, options_.min_lr);
  if (optimizer_.lr() - lr > options_.eps) optimizer_.set_lr(lr);
  cooldown_left_ = options_.cooldown;
  bad_epochs_ = 0;
}

}  // namespace norma
