// Fusion: some layers, one pass. Where a Sequential finds
//
//   [Conv2d ─▶] norm ─▶ ReLU [─▶ Dropout2d]
//
// it calls the norm with an epilogue (kernels/norm/epilogue.h), so that what lies between norm and dropout is never
// written to memory. With a convolution before it, and a norm that needs one image at a time, they run depth first
// (layers/functional/producer.h): the norm finds each image in the cache.
//
// This is the only pattern, and it changes no bit of the result. Layers run one by one where the device's norms take
// no epilogue, where an observer wants to see each of them, and while a NoFusion lives; the convolution runs by itself
// while operations are timed, too.
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
  Conv2d* conv = nullptr;  ///< nullptr where none precedes, or must run by itself
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
