#include "layers/fusion.h"

#include "core/ranks.h"
#include "kernels/table.h"
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/relu.h"

namespace norma {
namespace {

thread_local bool fusing = true;

template <class Layer>
Layer* layer_at(std::span<const std::pair<std::string, std::shared_ptr<Module>>> layers, std::size_t i) {
  return i < layers.size() ? dynamic_cast<Layer*>(layers[i].second.get()) : nullptr;
}

}  // namespace

FusedBlock fused_block(std::span<const std::pair<std::string, std::shared_ptr<Module>>> layers,
                       const Tensor& x) {
  const Device device = x.device();
  const bool possible = fusing && kernels<float>.norms_take_epilogues(device) && x.shape().rank() == 4;
  if (!possible || ModuleObserver::watching()) return {};
  Conv2d* const conv = layer_at<Conv2d>(layers, 0);
  const std::size_t at = conv == nullptr ? 0 : 1;
  NormLayer* const norm = layer_at<NormLayer>(layers, at);
  if (norm == nullptr || !norm->takes_epilogue() || layer_at<ReLU>(layers, at + 1) == nullptr) return {};
  if (conv != nullptr && !(norm->image_by_image() && kernels<float>.conv2d_norm_forward.available(device)))
    return {};  // the block begins with the norm
  return {conv, norm, layer_at<Dropout2d>(layers, at + 2)};
}

Tensor FusedBlock::operator()(const Tensor& x) const {
  Epilogue after{.relu = true};
  if (drop != nullptr && drop->is_training()) after.p = drop->p(), after.random = default_generator().next();
  if (conv == nullptr) {
    after.first = shard_of(x).first * x.size(1);
    return norm->fused(x, after);
  }
  const functional::Conv2dCall before = conv->call(x);
  after.first = shard_of(x).first * before.y.size(1);
  return norm->fused(before.y, after, &before);
}

NoFusion::NoFusion() : before_(std::exchange(fusing, false)) {}
NoFusion::~NoFusion() { fusing = before_; }

}  // namespace norma
