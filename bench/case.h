// The cases of the microbenchmark: a case is one operation at one size; work is a case with its arrays.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "kernels/measure/example_arrays.h"

namespace norma {

/// One operation on one device, ready to run many times.
struct Work {
  explicit Work(Device device) : arrays(device) {}

  ExampleArrays arrays;  ///< all arrays that `run` uses
  std::function<void()> run;

  /// The outputs that a check compares. PyTorch returns the first one too.
  std::vector<Tensor> outputs() const { return arrays.outputs(); }
  /// The floor: each input read once, each output written once.
  std::int64_t bytes() const { return static_cast<std::int64_t>(arrays.bytes_in() + arrays.bytes_out()); }
};

struct Case {
  std::string operation;    ///< its line in kernels/table.h: "conv2d_forward"
  std::string where;        ///< the network and the layers that use it: "c11-48096 C9 C10"
  std::string size;         ///< "128×32×8×8 → 32, 3×3"
  std::int64_t batch;       ///< images, or rows
  double flops;             ///< additions and multiplications of a whole batch; 0 if only memory is the limit
  double reference_effort;  ///< inner-loop iterations of the reference executor on a whole batch
  std::string peer;         ///< the same for PyTorch, for peers/operations.py; empty: PyTorch has none
  std::function<Work(Device, DType, std::int64_t batch)> make;
  std::string note = {};  ///< a line about the operation, for its heading

  std::string text() const { return operation + "  " + where + "  " + size; }
};

struct CaseSizes {
  std::int64_t batch = 128;        ///< images through c11-48096
  std::int64_t resnet_batch = 32;  ///< images through ResNet-50: the number per GPU in Wu and He 2018
};

/// Whether the operation of a case exists on a device.
bool runs_on(const Case& c, Device device);

/// Every operation of kernels/table.h at the sizes of a training step of c11-48096 (or of another network, if
/// that one does not use it), and every norm at the sizes of ResNet-50. Equal layers share one case.
std::vector<Case> all_cases(const CaseSizes& sizes);

/// Every step of kernels/norm/steps at some sizes of both networks.
std::vector<Case> step_cases(const CaseSizes& sizes);

}  // namespace norma
