// --cross-check: every layer on the device and on the CPU, side by side.
//
//            x of the layer (from the CPU's pass)
//              ├──▶ layer on the device ─▶ y   dy ─▶ dx, dweight, dbias, buffers ──┐
//              └──▶ layer on the CPU    ─▶ y   dy ─▶ dx, dweight, dbias, buffers ──┴─▶ equal?
//
// Each layer gets the same input, cotangent, state and random numbers on both sides, so a difference comes
// from that layer and not from an earlier one.
#pragma once

#include <functional>
#include <memory>

#include "core/precision.h"
#include "data/loader.h"
#include "layers/module.h"

namespace norma {

class CrossCheck {
 public:
  using MakeNetwork = std::function<std::shared_ptr<Module>()>;

  /// `make` builds a network like the one in training, whose convolutions have this precision; it is called
  /// twice.
  CrossCheck(const MakeNetwork& make, Device device, Precision precision = Precision::exact);

  /// Checks all layers and the loss with the state of `network`, on one batch of the device. The first
  /// mismatch is an error that names layer, tensor, index and both values.
  void operator()(const Module& network, const Batch& batch, std::uint32_t step);

  /// "11 layers and the loss agree with the cpu in 8 steps, forward and backward, to 1e-4 of …"
  std::string summary() const;

 private:
  std::shared_ptr<Module> on_device_, on_cpu_;
  Device device_;
  double tolerance_;
  std::size_t layers_ = 0, steps_ = 0;
};

/// The largest allowed difference of two results, as a share of the largest magnitude in the tensor. Sums in
/// another order differ by about 1e-6.
///
/// Standardized filters may differ in their last bit. Where such a number is between two of the precision,
/// both sides may round it apart: one factor of a sum is then off by 2⁻¹⁰ (tf32) or 2⁻⁷ (bf16) of itself.
constexpr double cross_check_tolerance(Precision precision) {
  return precision == Precision::exact ? 1e-4 : precision == Precision::tf32 ? 5e-4 : 4e-3;
}

}  // namespace norma
