#include "layers/batch_norm.h"

#include <algorithm>

#include "core/device_graph.h"
#include "layers/functional/batch_norm.h"

namespace norma {

BatchNorm2d::BatchNorm2d(std::int64_t num_features, const BatchNorm2dOptions& options)
    : num_features_(num_features), options_(options) {
  if (options.ghost < 0) fail("a ghost batch has at least 1 image, not {}", options.ghost);
  if (options.ghost > 0 && !options.momentum)
    fail("ghost batches need a momentum for the running statistics");
  if (options.affine) {
    weight = constant_parameter({num_features}, 1);
    bias = constant_parameter({num_features}, 0);
  }
  if (options.track_running_stats) {
    running_mean = Tensor::zeros({num_features});
    running_var = Tensor::full({num_features}, 1);
    num_batches_tracked = Tensor::zeros({}, DType::int64);
  }
  register_parameter("weight", weight);
  register_parameter("bias", bias);
  register_buffer("running_mean", running_mean);
  register_buffer("running_var", running_var);
  register_buffer("num_batches_tracked", num_batches_tracked);
}

bool BatchNorm2d::uses_batch() const {
  if (!running_mean.defined() || statistics_ == Statistics::batch) return true;
  return statistics_ == Statistics::by_mode && is_training();
}

bool BatchNorm2d::updates_running() const {
  const bool updates = updates_ == Updates::always || (updates_ == Updates::by_mode && is_training());
  return updates && uses_batch() && running_mean.defined();
}

std::string BatchNorm2d::settings() const {
  if (!running_mean.defined()) return "normalizes by the batch; has no running statistics";
  const char* const by = statistics_ == Statistics::by_mode
                             ? "by the batch in training, by running statistics in evaluation"
                         : statistics_ == Statistics::batch ? "by the batch"
                                                            : "by running statistics";
  const char* const updates = updates_ == Updates::never || statistics_ == Statistics::running ? "never"
                              : updates_ == Updates::always ? "with every batch"
                                                            : "in training";
  return fmt::format("normalizes {}; updates running statistics {}", by, updates);
}

void BatchNorm2d::replayed() {
  if (!updates_running()) return;
  std::int64_t& batches = *num_batches_tracked.data<std::int64_t>();
  batches = std::min(batches + 1, std::int64_t{1} << 53);
}

void BatchNorm2d::set_statistics(Statistics statistics, Updates updates) {
  if (statistics == Statistics::running && !running_mean.defined())
    fail("this batch norm has no running statistics to use");
  statistics_ = statistics;
  updates_ = updates;
}

void BatchNorm2d::reset_running_stats() {
  if (!running_mean.defined()) return;
  const Device device = running_mean.device();
  running_mean.copy_from(Tensor::zeros({num_features_}, running_mean.dtype(), device));
  running_var.copy_from(Tensor::full({num_features_}, 1, running_var.dtype(), device));
  num_batches_tracked.copy_from(Tensor::zeros({}, DType::int64));
}

Tensor BatchNorm2d::normalize(const Tensor& x, const Epilogue& after, const Conv2dCall* before) {
  if (x.shape().rank() != 4 || x.size(1) != num_features_)
    fail("takes images [N, {}, H, W], not {}", num_features_, x.shape().to_string());
  if (!uses_batch())
    return functional::batch_norm(x, running_mean, running_var, weight, bias, false, 0, options_.eps, after,
                                  before);
  if (!updates_running())
    return functional::batch_norm(x, {}, {}, weight, bias, true, 0, options_.eps, after, before,
                                  options_.ghost);
  if (!options_.momentum && DeviceGraph::recording())
    fail("a graph cannot be recorded of a batch norm with momentum None, which changes with every step");
  // The count first: with momentum = none it makes the running statistics a plain average.
  // A count from a file can be larger than a double can count.
  const double batches = std::min(num_batches_tracked.item() + 1, 0x1p53);
  const Tensor y = functional::batch_norm(x, running_mean, running_var, weight, bias, true,
                                          options_.momentum.value_or(1 / batches), options_.eps, after,
                                          before, options_.ghost);
  num_batches_tracked.copy_from(Tensor::full({}, batches, DType::int64));
  return y;
}

std::string BatchNorm2d::description() const {
  std::string settings;
  if (options_.ghost > 0) settings += fmt::format(", ghost={}", options_.ghost);
  if (statistics_ != Statistics::by_mode)
    settings += statistics_ == Statistics::batch ? ", statistics=batch" : ", statistics=running";
  if (updates_ != Updates::by_mode)
    settings += updates_ == Updates::always ? ", updates=always" : ", updates=never";
  return fmt::format(
      "BatchNorm2d({}, eps={}, momentum={}, affine={}, track_running_stats={}{})", num_features_,
      options_.eps, options_.momentum ? fmt::format("{}", *options_.momentum) : "None",
      options_.affine ? "True" : "False", options_.track_running_stats ? "True" : "False", settings);
}

}  // namespace norma
