// Learning-rate schedulers, as in torch.optim.lr_scheduler. The constructor sets the rate for step 0, and
// every step() sets the rate for the next step. Call step() after each epoch, of OneCycleLR after each batch.
#pragma once

#include <limits>

#include "optim/optimizer.h"

namespace norma {

class Scheduler {
 public:
  virtual ~Scheduler() = default;
  /// `metric` is used by ReduceLROnPlateau only.
  virtual void step(double metric = 0) = 0;

  /// Everything that the scheduler needs to continue, except for rate and momentum, which are the
  /// optimizer's state.
  virtual std::vector<double> state() const = 0;
  /// Continues from a state of state(). Throws if a count in it is not one.
  virtual void load_state(const std::vector<double>& state) = 0;

 protected:
  explicit Scheduler(Optimizer& optimizer) : optimizer_(optimizer), base_lr_(optimizer.lr()) {}

  Optimizer& optimizer_;
  double base_lr_;  // the rate that the optimizer was made with
};

/// lr = base·γ^⌊t / step_size⌋
class StepLR : public Scheduler {
 public:
  StepLR(Optimizer& optimizer, int step_size, double gamma = 0.1);
  void step(double metric = 0) override;
  std::vector<double> state() const override { return {static_cast<double>(t_)}; }
  void load_state(const std::vector<double>& state) override {
    t_ = static_cast<int>(count_of("the scheduler's epoch", state.at(0)));
  }

 private:
  int step_size_, t_ = 0;
  double gamma_;
};

/// lr = η_min + (base − η_min)·(1 + cos(π·t / T_max))/2 (Loshchilov and Hutter 2017, arXiv:1608.03983)
class CosineAnnealingLR : public Scheduler {
 public:
  CosineAnnealingLR(Optimizer& optimizer, int t_max, double eta_min = 0);
  void step(double metric = 0) override;
  std::vector<double> state() const override { return {static_cast<double>(t_)}; }
  void load_state(const std::vector<double>& state) override {
    t_ = static_cast<int>(count_of("the scheduler's epoch", state.at(0)));
  }

 private:
  int t_max_, t_ = 0;
  double eta_min_;
};

struct OneCycleOptions {
  double max_lr;
  std::int64_t total_steps;
  double pct_start = 0.3;  ///< share of the steps on which the rate rises
  bool linear = false;     ///< anneal linearly instead of along a cosine
  bool cycle_momentum = true;
  double base_momentum = 0.85, max_momentum = 0.95;
  double div_factor = 25;         ///< first rate = max_lr / div_factor
  double final_div_factor = 1e4;  ///< last rate = first / final_div_factor
  bool three_phase = false;       ///< fall back to the first rate before the final descent
};

/// The one-cycle policy (Smith and Topin 2018, arXiv:1708.07120): the rate rises to max_lr, then falls far
/// below its first value; the momentum moves the opposite way. Throws after more than total_steps steps.
class OneCycleLR : public Scheduler {
 public:
  OneCycleLR(Optimizer& optimizer, const OneCycleOptions& options);
  void step(double metric = 0) override;
  std::vector<double> state() const override { return {static_cast<double>(t_)}; }
  void load_state(const std::vector<double>& state) override {
    t_ = count_of("the scheduler's step", state.at(0), options_.total_steps);
  }

 private:
  struct Phase {
    double end_step, lr_from, lr_to, momentum_from, momentum_to;
  };
  void apply();

  OneCycleOptions options_;
  std::vector<Phase> phases_;
  std::int64_t t_ = 0;
};

struct PlateauOptions {
  bool maximize = false;  ///< mode "max"
  double factor = 0.1;
  int patience = 10;  ///< epochs without improvement that are accepted
  double threshold = 1e-4;
  bool absolute_threshold = false;  ///< threshold_mode "abs"
  int cooldown = 0;
  double min_lr = 0;
  double eps = 1e-8;  ///< smaller changes of the rate are skipped
};

/// lr = lr·factor when the metric has not improved for more than `patience` steps.
class ReduceLROnPlateau : public Scheduler {
 public:
  explicit ReduceLROnPlateau(Optimizer& optimizer, const PlateauOptions& options = {});
  void step(double metric) override;
  std::vector<double> state() const override;
  void load_state(const std::vector<double>& state) override;

 private:
  bool is_better(double metric) const;

  PlateauOptions options_;
  double best_;
  int bad_epochs_ = 0, cooldown_left_ = 0;
};

}  // namespace norma
