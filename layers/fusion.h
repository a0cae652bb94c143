// Fusion: some layers, one pass. Where a Sequential finds
//
//   [Conv2d ─▶] norm ─▶ ReLU [─▶ Dropout2d]
//
// it makes one call. The norm includes ReLU and dropout (kernels/norm/epilogue.h), so that values between
// them are never written to memory, and the convolution (kernels/conv/conv2d_norm.h), so that each image is
// still in the cache for the norm.
//
// This is the only pattern, and it changes no bit of the result. The table of operations (kernels/table.h)
// says what a device can fuse. The convolution runs by itself where the device cannot fuse it, and before a
// batch norm in training, which needs all images at once. Every layer runs by itself where the device's
// norms take no epilogue, where the norm is made of arithmetic (layers/zoo/), while a ModuleObserver lives,
// and while a NoFusion lives.
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

  /// The number of layers in the block; 0 where there is no block.
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
