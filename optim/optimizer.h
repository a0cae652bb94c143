// Optimizers: SGD, Adam and AdamW, as in torch.optim. One step updates every parameter that has a gradient.
#pragma once

#include <vector>

#include "core/step_state.h"
#include "core/tensor.h"
#include "optim/state.h"

namespace norma {

class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// Updates every parameter in place from its gradient. A parameter without a gradient is not changed.
  virtual void step() = 0;
  void zero_grad();

  /// From now on, step() takes rate, momentum and number of the step from a state on the device, which
  /// stands at `step` now; nullptr: from the optimizer again. For a graph (core/device_graph.h) that
  /// contains step().
  void use_state(const StepState* state, std::uint32_t step) { state_ = state, state_step_ = step; }
  /// Counts a step that a graph has done.
  virtual void count_replay() {}

  double lr() const { return lr_; }
  void set_lr(double lr) { lr_ = lr; }
  /// SGD's momentum or Adam's β₁. OneCycleLR moves it down while the rate rises, and up while the rate falls.
  virtual double momentum() const = 0;
  virtual void set_momentum(double momentum) = 0;

  /// Everything that the optimizer needs to continue. The tensors are its own, not copies.
  State state_dict() const;
  /// Copies a state of state_dict(). Throws, and names it, if a part is missing or has another shape.
  void load_state_dict(const State& state);

 protected:
  Optimizer(std::vector<Tensor> parameters, double lr);
  /// A copy of the tensor NAME.INDEX of a state, on the device of the parameter of this index, whose shape
  /// it has; an undefined tensor where the state has none.
  Tensor copy_of(const State& state, const std::string& name, std::size_t index) const;

  /// Calls f<T>(device, members) for the parameters, by number, of every device and element type that have a
  /// gradient: one operation updates them all.
  template <class F>
  void for_each_kind(const F& f) const;

  virtual State own_state() const = 0;
  virtual void load_own_state(const State& state) = 0;

  std::vector<Tensor> parameters_;
  double lr_;
  const StepState* state_ = nullptr;
  std::uint32_t state_step_ = 0;
};

struct SgdOptions {
  double lr;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;
  bool nesterov = false;  ///< needs a momentum and no dampening
};

class SGD : public Optimizer {
 public:
  SGD(std::vector<Tensor> parameters, const SgdOptions& options);
  void step() override;
  double momentum() const override { return options_.momentum; }
  void set_momentum(double momentum) override { options_.momentum = momentum; }

 private:
  State own_state() const override;
  void load_own_state(const State& state) override;

  SgdOptions options_;
  std::vector<Tensor> velocity_;
};

struct AdamOptions {
  double lr = 1e-3;
  double beta1 = 0.9, beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
};

class Adam : public Optimizer {
 public:
  Adam(std::vector<Tensor> parameters, const AdamOptions& options = {});
  void step() override;
  void count_replay() override;
  double momentum() const override { return options_.beta1; }
  void set_momentum(double momentum) override { options_.beta1 = momentum; }

 protected:
  Adam(std::vector<Tensor> parameters, const AdamOptions& options, bool decoupled);

 private:
  State own_state() const override;
  void load_own_state(const State& state) override;

  struct Moments {
    Tensor m, v;
    std::int64_t t = 0;
  };
  AdamOptions options_;
  bool decoupled_;
  std::vector<Moments> moments_;
};

/// Adam with weight decay that is separate from the gradient. The default decay is 0.01, as in PyTorch.
class AdamW : public Adam {
 public:
  AdamW(std::vector<Tensor> parameters, const AdamOptions& options = {.weight_decay = 1e-2})
      : Adam(std::move(parameters), options, true) {}
};

/// factor·Σ|p| over all parameters, a scalar to add to the loss.
Tensor l1_penalty(const std::vector<Tensor>& parameters, double factor);

}  // namespace norma
