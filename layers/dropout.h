// Dropout and Dropout2d, as in torch.nn; kernels/random/dropout.h has the formula.
#pragma once

#include "layers/module.h"

namespace norma {

/// Element dropout, in training only, from default_generator().
class Dropout : public Module {
 public:
  explicit Dropout(double p = 0.5);
  std::string type() const override { return "Dropout"; }
  std::string description() const override { return fmt::format("Dropout(p={}, inplace=False)", p_); }

 protected:
  Tensor forward(const Tensor& x) override;

 private:
  double p_;
};

/// Channel dropout, in training only, from default_generator().
class Dropout2d : public Module {
 public:
  explicit Dropout2d(double p = 0.5);
  std::string type() const override { return "Dropout2d"; }
  std::string description() const override { return fmt::format("Dropout2d(p={}, inplace=False)", p_); }
  double p() const { return p_; }

 protected:
  Tensor forward(const Tensor& x) override;

 private:
  double p_;
};

}  // namespace norma
