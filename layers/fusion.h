// Fusion: some layers, one pass. Where a Sequential finds
//
//   [Conv2d ─▶] norm ─▶ ReLU [─▶ Dropout2d]
//
// it makes one call: the norm with an epilogue (kernels/norm/epilogue.h), so that what lies between norm and dropout is
// never written to memory, and with the convolution (kernels/conv/conv2d_norm.h), so that the norm finds each image in
// the cache.
//
// This is the only pattern, and it changes no bit of the result. kernels/table.h says what a device fuses; where it does
// not, and for batch norm in training, which needs all images at once, the convolution or every layer runs by itself.
// Every layer does so, too, while a ModuleObserver looks on and while a NoFusion lives.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>

#include "layers/norm_layer.h"

namespace norma {

class Conv2d;
class Dropout2d;

struct FusedBlock {
  Conv2d* conv = nullptr;  ///< nullptr where none comes first
  NormLayer* norm = nullptr;
  const Dropout2d* drop = nullptr;  ///< nullptr where none follows

  /// How many layers it stands for; 0 where there is no block.
  std::size_t size() const { return norm == nullptr ? 0 : 2 + (conv != nullptr) + (drop != nullptr); }
  Tensor operator()(const Tensor& x) const;
};

/// The block that the layers begin with, for this input.
FusedBlock fused_block(std::span<const std::pair<std::string, std::shared_ptr<Module>>> layers,
                       const Tensor& x);

/// While one lives on this thread, every layer runs by itself.
class NoFusion {
 public:
  NoFusion();
  ~NoFusion();
  NoFusion(const NoFusion&) = delete;
  NoFusion& operator=(const NoFusion&) = delete;

 private:
  bool before_;
};

}  // namespace norma
