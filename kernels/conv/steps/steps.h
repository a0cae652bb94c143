// The steps from a naive 3×3 convolution in CUDA to those that Norma uses, to be read from top to bottom;
// README.md has the counts. A step is the whole forward pass of a convolution with 3×3 taps, stride 1 and a
// padding of up to 2, in float (conv2d.h is its contract), in a file of its name; tests know the steps by
// this table.
#pragma once

#include <span>

#include "kernels/conv/conv2d.h"
#include "kernels/step.h"

// clang-format off
//       name                            what it changed, and what that should give
#define NORMA_CONV2D_FORWARD_STEPS(STEP) \
  STEP(forward_thread_per_output,       "the definition, one thread per output: two loads from global memory for every multiply-add") \
  STEP(forward_tiles,                   "a block brings a tile of x with its halo, and the weight, to shared memory: a number that is fetched once serves nine taps and 32 channels") \
  STEP(forward_sums_in_registers,       "8 channels of 4 pixels per thread: 8 loads from shared memory for 96 multiply-adds, not 9 for 32") \
  STEP(forward_loads_together,          "a thread begins up to eight loads before it stores the first: it waits for global memory once, not eight times") \
  STEP(conv2d_forward,                  "production: the next tiles are copied while these are multiplied, past the registers; blocks of 8 to 64 channels") \
  STEP(forward_tensor_cores,            "one instruction of a warp multiplies 16 pixels × 8 channels with 8 × 8 weights: a number read from shared memory serves 8 or 16 products; factors are rounded to tf32")
// clang-format on

namespace norma {

// conv2d_forward, what Norma uses unless --precision says otherwise, is declared by conv2d.h.
#define NORMA_DECLARE_STEPS                                      \
  void forward_thread_per_output(const Conv2dForward<float>& a); \
  void forward_tiles(const Conv2dForward<float>& a);             \
  void forward_sums_in_registers(const Conv2dForward<float>& a); \
  void forward_loads_together(const Conv2dForward<float>& a);    \
  void forward_tensor_cores(const Conv2dForward<float>& a);

namespace simt {
NORMA_DECLARE_STEPS
}
namespace cuda {
NORMA_DECLARE_STEPS
}
#undef NORMA_DECLARE_STEPS

/// From the first to the last.
std::span<const Step<Conv2dForward<float>>> conv2d_forward_steps();

}  // namespace norma
