// What the compiler made of each CUDA kernel. The model of a GPU takes the blocks per multiprocessor from
// here, and a test compares the compiler's report with it (tests/kernels/cuda/resources_test.cpp).
#pragma once

#include <string>
#include <vector>

#include "core/precision.h"

namespace norma {

struct KernelFigures {
  std::string name;  ///< how the short name begins (kernels/simt/code_names.h): "correlate_3x3<4"
  int registers;     ///< per thread: at most, for float32 and compute capability 8.0 and 9.0
  int shared_bytes;  ///< static, per block: at most
  // Of kernels whose work is arithmetic, else 0: of the machine code for compute capability 9.0, at least.
  double multiply_add = 0;  ///< share of multiply-adds, or of mma.sync, among the instructions of the loop
  int loads = 0;            ///< that a thread has under way at once in the loop
  Precision precision = Precision::exact;  ///< another one: it multiplies on tensor cores
};

const std::vector<KernelFigures>& kernel_figures();

/// The row whose name is the longest beginning of this one; nullptr if there is none.
const KernelFigures* figures_of(const std::string& kernel);

}  // namespace norma
