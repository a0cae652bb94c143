#include "layers/fusion.h"

#include "kernels/operation.h"
#include "layers/conv2d.h"
#include "layers/simple.h"

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
  const bool possible = fusing && takes_epilogue(x.device()) && x.shape().rank() == 4;
  if (!possible || ModuleObserver::watching()) return {};
  Conv2d* const conv = layer_at<Conv2d>(layers, 0);
  const std::size_t at = conv == nullptr ? 0 : 1;
  NormLayer* const norm = layer_at<NormLayer>(layers, at);
  if (norm == nullptr || layer_at<ReLU>(layers, at + 1) == nullptr) return {};
  if (conv != nullptr && (!norm->image_by_image() || operation_observer != nullptr)) return {};
  return {conv, norm, layer_at<Dropout2d>(layers, at + 2)};
}

Tensor FusedBlock::operator()(const Tensor& x) const {
  Epilogue after{.relu = true};
  if (drop != nullptr && drop->is_training()) after.p = drop->p(), after.random = default_generator().next();
  if (conv == nullptr) return norm->with_epilogue(x, after);
  const functional::Unwritten source = conv->unwritten(x);
  return norm->with_epilogue(source.y, after, source.produce);
}

NoFusion::NoFusion() : before_(std::exchange(fusing, false)) {}
NoFusion::~NoFusion() { fusing = before_; }

}  // namespace norma
