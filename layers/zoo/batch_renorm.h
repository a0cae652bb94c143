// Batch renormalization (Ioffe 2017, arXiv:1702.03275, algorithm 1). In training:
//
//   μ, σ: mean and deviation of the batch, per channel        μ_r, σ_r: the running ones
//   r = σ/σ_r, limited to [1/r_max, r_max]        d = (μ − μ_r)/σ_r, limited to [−d_max, d_max]
//   x̂ = (x − μ)/σ·r + d        y = x̂·weight[c] + bias[c]
//
// Without the limits x̂ would be (x − μ_r)/σ_r, what evaluation computes: r and d correct what a batch strays
// from the running statistics, and no gradient goes through them. r_max and d_max begin at 1 and 0, which is
// batch norm, and grow with the number of batches.
#pragma once

#include "layers/zoo/composed_norm.h"

namespace norma {

/// The schedule of the paper in a tenth of its steps: batch norm for `warmup` batches, then straight lines to
/// r_max and d_max at batch `r_end` and `d_end`.
struct BatchRenorm2dOptions {
  double eps = 1e-5;
  double momentum = 0.1;
  double r_max = 3, d_max = 5;
  double warmup = 500, r_end = 4000, d_end = 2500;
};

/// Parameters: weight [C] = 1, bias [C] = 0. Buffers: running_mean [C] = 0, running_var [C] = 1 (unbiased),
/// num_batches_tracked [1], a floating number, so that the schedule is computed on the device.
class BatchRenorm2d : public ComposedNorm {
 public:
  explicit BatchRenorm2d(std::int64_t num_channels, const BatchRenorm2dOptions& options = {});

  std::string type() const override { return "BatchRenorm2d"; }
  std::string description() const override;
  double eps() const { return options_.eps; }
  bool image_by_image() const override { return !is_training(); }

  Tensor weight, bias, running_mean, running_var, num_batches_tracked;

 protected:
  Tensor compute(const Tensor& x) override;

 private:
  /// Its value after the batches so far: `begin`, then a straight line to `end` at batch `at`.
  Tensor scheduled(double begin, double end, double at) const;
  void update(const Tensor& mean, const Tensor& variance, double count);

  BatchRenorm2dOptions options_;
};

}  // namespace norma
