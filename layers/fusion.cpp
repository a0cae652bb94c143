#include "layers/fusion.h"

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
  NormLayer* const norm = layer_at<NormLayer>(layers, 0);
  if (!possible || ModuleObserver::watching() || norm == nullptr || layer_at<ReLU>(layers, 1) == nullptr)
    return {};
  return {norm, layer_at<Dropout2d>(layers, 2)};
}

Tensor FusedBlock::operator()(const Tensor& x) const {
  Epilogue after{.relu = true};
  if (drop != nullptr && drop->is_training()) after.p = drop->p(), after.random = default_generator().next();
  return norm->with_epilogue(x, after);
}

NoFusion::NoFusion() : before_(std::exchange(fusing, false)) {}
NoFusion::~NoFusion() { fusing = before_; }

}  // namespace norma
