// --cross-check: every layer on the device and on the CPU, side by side.
//
//            x of the layer (from the CPU's pass)
//              ├──▶ layer on the device ─▶ y   dy ─▶ dx, dweight, dbias, buffers ──┐
//              └──▶ layer on the CPU    ─▶ y   dy ─▶ dx, dweight, dbias, buffers ──┴─▶ equal?
//
// Each layer gets the same input, cotangent, state and random numbers on both sides, so that a difference is that
// layer's own and not what those before it handed down.
#pragma once

#include <functional>
#include <memory>

#include "data/loader.h"
#include "layers/module.h"

namespace norma {

class CrossCheck {
 public:
  using MakeNetwork = std::function<std::shared_ptr<Module>()>;

  /// `make` builds a network like the one in training; it is called twice.
  CrossCheck(const MakeNetwork& make, Device device);

  /// Checks all layers and the loss in the state that `network` is in, on one batch of the device. Throws at the
  /// first mismatch, naming layer, tensor, index and both values.
  void operator()(const Module& network, const Batch& batch, std::uint32_t step);

  /// "11 layers and the loss agree with the cpu in 8 steps, forward and backward, to 1e-4 of …"
  std::string summary() const;

 private:
  std::shared_ptr<Module> on_device_, on_cpu_;
  Device device_;
  std::size_t layers_ = 0, steps_ = 0;
};

/// How far two results may lie apart, as a share of the largest magnitude in the tensor. Sums in another order
/// differ by some 1e-6.
inline constexpr double cross_check_tolerance = 1e-4;

}  // namespace norma
