// Step: one of several versions of an operation, from a naive kernel to the one that Norma uses.
#pragma once

#include "kernels/operation.h"

// A build without CUDA has no functions in namespace cuda.
#ifdef NORMA_CUDA
#define NORMA_STEP_ON_GPUS(function) \
  { nullptr, nullptr, simt::function, cuda::function }
#else
#define NORMA_STEP_ON_GPUS(function) \
  { nullptr, nullptr, simt::function, nullptr }
#endif

namespace norma {

template <class Args>
struct Step {
  const char* change;         ///< compared with the step before it, and what that should give
  Operation<Args> operation;  ///< on simt and cuda; its name is the file's
};

}  // namespace norma
