// BatchNorm2d, as torch.nn.BatchNorm2d.
#pragma once

#include <optional>

#include "layers/norm_layer.h"

namespace norma {

struct BatchNorm2dOptions {
  double eps = 1e-5;
  /// Weight of the newest batch in the running statistics; nullopt: all batches weigh the same.
  std::optional<double> momentum = 0.1;
  bool affine = true;
  /// Without running statistics every input is normalised by its own statistics, in evaluation too.
  bool track_running_stats = true;
};

/// Parameters: weight [C] = 1, bias [C] = 0. Buffers: running_mean [C] = 0, running_var [C] = 1 (unbiased),
/// num_batches_tracked. eval() freezes the statistics.
class BatchNorm2d : public NormLayer {
 public:
  explicit BatchNorm2d(std::int64_t num_features, const BatchNorm2dOptions& options = {});

  std::string type() const override { return "BatchNorm2d"; }
  std::string description() const override;
  double eps() const { return options_.eps; }

  Tensor weight, bias, running_mean, running_var, num_batches_tracked;

  bool image_by_image() const override { return !is_training() && running_mean.defined(); }

 protected:
  Tensor normalize(const Tensor& x, const Epilogue& after, const Conv2dCall* before) override;

 private:
  std::int64_t num_features_;
  BatchNorm2dOptions options_;
};

}  // namespace norma
