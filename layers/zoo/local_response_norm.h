// Local response normalization (AlexNet: Krizhevsky, Sutskever and Hinton 2012, section 3.3), as
// torch.nn.LocalResponseNorm:
//
//   y[c] = x[c] / (k + α·mean of x² over the `size` channels around c)^β
//
// Channels beyond the first and the last count as 0. It has no parameters.
#pragma once

#include "layers/zoo/composed_norm.h"

namespace norma {

struct LocalResponseNormOptions {
  std::int64_t size = 5;  ///< odd
  double alpha = 1e-4, beta = 0.75, k = 1;
};

class LocalResponseNorm : public ComposedNorm {
 public:
  explicit LocalResponseNorm(std::int64_t num_channels, const LocalResponseNormOptions& options = {});

  std::string type() const override { return "LocalResponseNorm"; }
  std::string description() const override;
  const LocalResponseNormOptions& options() const { return options_; }

 protected:
  Tensor compute(const Tensor& x) override;

 private:
  LocalResponseNormOptions options_;
};

}  // namespace norma
