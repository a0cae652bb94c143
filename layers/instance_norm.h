// InstanceNorm2d, as torch.nn.InstanceNorm2d.
#pragma once

#include "layers/norm_layer.h"

namespace norma {

struct InstanceNorm2dOptions {
  double eps = 1e-5;
  double momentum = 0.1;
  bool affine = false;
  bool track_running_stats = false;
};

/// Parameters, where affine: weight [C] = 1, bias [C] = 0. Buffers, where tracked: as BatchNorm2d.
class InstanceNorm2d : public NormLayer {
 public:
  explicit InstanceNorm2d(std::int64_t num_features, const InstanceNorm2dOptions& options = {});

  std::string type() const override { return "InstanceNorm2d"; }
  std::string description() const override;
  std::int64_t num_features() const { return num_features_; }
  double eps() const { return options_.eps; }

  Tensor weight, bias, running_mean, running_var, num_batches_tracked;

  bool image_by_image() const override { return !is_training() || !running_mean.defined(); }

 protected:
  Tensor normalize(const Tensor& x, const Epilogue& after, const Conv2dCall* before) override;

 private:
  std::int64_t num_features_;
  InstanceNorm2dOptions options_;
};

}  // namespace norma
