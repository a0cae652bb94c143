// What a microbenchmark times: a case is one operation at one size; work is that case with its arrays.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "kernels/measure/example_arrays.h"

namespace norma {

/// One operation on one device, ready to run, again and again.
struct Work {
  explicit Work(Device device) : arrays(device) {}

  ExampleArrays arrays;  ///< all that `run` points to
  std::function<void()> run;

  /// What a check compares; the first is what PyTorch returns, too.
  std::vector<Tensor> outputs() const { return arrays.outputs(); }
  /// The floor: each input read once, each output written once.
  std::int64_t bytes() const { return static_cast<std::int64_t>(arrays.bytes_in() + arrays.bytes_out()); }
};

struct Case {
  std::string operation;    ///< its line in kernels/table.h: "conv2d_forward"
  std::string where;        ///< who needs it: "c11-48096 C9 C10"
  std::string size;         ///< "128×32×8×8 → 32, 3×3"
  std::int64_t batch;       ///< images, or rows
  double flops;             ///< additions and multiplications of a whole batch; 0 where memory alone binds
  double reference_effort;  ///< inner-loop turns of the reference executor on a whole batch
  std::string peer;         ///< the same for PyTorch, in the words of peers/operations.py; empty: it has none
  std::function<Work(Device, DType, std::int64_t batch)> make;
  std::string note = {};  ///< a line on the operation, for its heading

  std::string text() const { return operation + "  " + where + "  " + size; }
};

struct CaseSizes {
  std::int64_t batch = 128;        ///< images through c11-48096
  std::int64_t resnet_batch = 32;  ///< images through ResNet-50: those of a GPU in Wu and He 2018
};

/// Whether the operation of a case exists on a device.
bool runs_on(const Case& c, Device device);

/// Every operation of kernels/table.h at the sizes of a training step of c11-48096 (or, where that network has
/// no use for it, of another), and every norm at the sizes of ResNet-50. One case for all layers alike.
std::vector<Case> all_cases(const CaseSizes& sizes);

/// Every step of kernels/norm/steps at some sizes of both networks.
std::vector<Case> step_cases(const CaseSizes& sizes);

}  // namespace norma
