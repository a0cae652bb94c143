// GroupNorm, as torch.nn.GroupNorm. With one group it is `ln`: layer norm over (C, H, W), one weight per
// channel.
#pragma once

#include "layers/norm_layer.h"

namespace norma {

/// Parameters: weight [C] = 1, bias [C] = 0. Throws where num_groups does not divide num_channels.
class GroupNorm : public NormLayer {
 public:
  GroupNorm(std::int64_t num_groups, std::int64_t num_channels, double eps = 1e-5, bool affine = true);

  std::string type() const override { return "GroupNorm"; }
  std::string description() const override;
  std::int64_t num_groups() const { return num_groups_; }
  std::int64_t num_channels() const { return num_channels_; }
  double eps() const { return eps_; }

  Tensor weight, bias;

 protected:
  Tensor normalize(const Tensor& x, const Epilogue& after, const Conv2dCall* before) override;

 private:
  std::int64_t num_groups_, num_channels_;
  double eps_;
};

/// "1, 2, 4, 8, 16 or 32": the group counts that divide a number of channels.
std::string possible_groups(std::int64_t channels);

}  // namespace norma
