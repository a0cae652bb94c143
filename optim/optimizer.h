// Optimizers: SGD, Adam and AdamW, as in torch.optim. One step takes every parameter that has a gradient.
#pragma once

#include <vector>

#include "core/tensor.h"

namespace norma {

class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// Updates every parameter in place from its gradient; one without a gradient is left alone.
  virtual void step() = 0;
  void zero_grad();

  double lr() const { return lr_; }
  void set_lr(double lr) { lr_ = lr; }
  /// SGD's momentum, Adam's β₁: what OneCycleLR cycles against the rate.
  virtual double momentum() const = 0;
  virtual void set_momentum(double momentum) = 0;

 protected:
  Optimizer(std::vector<Tensor> parameters, double lr);

  std::vector<Tensor> parameters_;
  double lr_;
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
  double momentum() const override { return options_.beta1; }
  void set_momentum(double momentum) override { options_.beta1 = momentum; }

 protected:
  Adam(std::vector<Tensor> parameters, const AdamOptions& options, bool decoupled);

 private:
  struct State {
    Tensor m, v;
    std::int64_t t = 0;
  };
  AdamOptions options_;
  bool decoupled_;
  std::vector<State> state_;
};

/// Adam with weight decay apart from the gradient; its default decay is 0.01, as in PyTorch.
class AdamW : public Adam {
 public:
  AdamW(std::vector<Tensor> parameters, const AdamOptions& options = {.weight_decay = 1e-2})
      : Adam(std::move(parameters), options, true) {}
};

/// factor·Σ|p| over all parameters, a scalar to add to the loss.
Tensor l1_penalty(const std::vector<Tensor>& parameters, double factor);

}  // namespace norma
