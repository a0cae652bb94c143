#include "kernels/conv/steps/steps.h"

namespace norma {

#define NORMA_STEP(name, change) {change, {#name, NORMA_STEP_ON_GPUS(name)}},

std::span<const Step<Conv2dForward<float>>> conv2d_forward_steps() {
  static constexpr Step<Conv2dForward<float>> steps[] = {NORMA_CONV2D_FORWARD_STEPS(NORMA_STEP)};
  return steps;
}

}  // namespace norma
