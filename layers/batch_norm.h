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
  /// Ghost batch norm (Hoffer, Hubara and Soudry 2017, arXiv:1705.08741, algorithm 1): so many images at a
  /// time have statistics of their own in training, and each such group updates the running ones. 0: all
  /// images of the batch. The last group is smaller where the batch is not a multiple.
  std::int64_t ghost = 0;
};

/// Parameters: weight [C] = 1, bias [C] = 0. Buffers: running_mean [C] = 0, running_var [C] = 1 (unbiased),
/// num_batches_tracked.
///
/// Which statistics normalize, and whether the running ones are updated, are two settings. By default both
/// depend on the mode, as in PyTorch: train() means those of the batch, and updates; eval() the running ones,
/// and no updates. Other settings stay in force, whatever train() and eval() say.
class BatchNorm2d : public NormLayer {
 public:
  enum class Statistics { by_mode, batch, running };
  enum class Updates { by_mode, always, never };  ///< with the statistics of a batch only

  explicit BatchNorm2d(std::int64_t num_features, const BatchNorm2dOptions& options = {});

  std::string type() const override { return "BatchNorm2d"; }
  std::string description() const override;
  double eps() const { return options_.eps; }

  Tensor weight, bias, running_mean, running_var, num_batches_tracked;

  Statistics statistics() const { return statistics_; }
  Updates updates() const { return updates_; }
  /// Both settings in words: "normalizes by the batch in training, by running statistics in evaluation; …"
  std::string settings() const;
  /// Throws if it should use running statistics and has none.
  void set_statistics(Statistics statistics, Updates updates = Updates::by_mode);
  /// As in BatchNorm2dOptions.
  std::optional<double> momentum() const { return options_.momentum; }
  void set_momentum(std::optional<double> momentum) { options_.momentum = momentum; }
  /// Mean 0, variance 1, no batches, as in a new layer.
  void reset_running_stats();

  bool image_by_image() const override { return !uses_batch(); }

 protected:
  Tensor normalize(const Tensor& x, const Epilogue& after, const Conv2dCall* before) override;
  void replayed() override;

 private:
  bool uses_batch() const;
  bool updates_running() const;

  std::int64_t num_features_;
  BatchNorm2dOptions options_;
  Statistics statistics_ = Statistics::by_mode;
  Updates updates_ = Updates::by_mode;
};

}  // namespace norma
