// The golden file: the results of PyTorch, case by case (make_golden.py), and Norma on the same inputs.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "layers/module.h"
#include "layers/safetensors.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

namespace norma::test {

/// The source tree. If the tests were moved to another machine, $NORMA_SOURCE_DIR is a folder with the needed
/// files.
inline std::string source_folder() {
  const char* moved = std::getenv("NORMA_SOURCE_DIR");
  return moved != nullptr ? moved : NORMA_SOURCE_DIR;
}

/// One case of the golden file.
class Golden {
 public:
  explicit Golden(const std::string& name) : prefix_(name + "/") {}

  /// All tensors "<case>/<group>/…", named by the rest of their names, in PyTorch's order.
  std::vector<NamedTensor> group(const std::string& name) const {
    static const auto file = load_safetensors(source_folder() + "/tests/golden/golden.safetensors");
    const std::string start = prefix_ + name;
    std::vector<NamedTensor> found;
    for (const auto& [full, tensor] : file)
      if (full.starts_with(start + "/"))
        found.push_back({full.substr(start.size() + 1), tensor});
      else if (full == start)
        found.push_back({"", tensor});
    return found;
  }
  /// The tensor "<case>/<name>".
  Tensor operator[](const std::string& name) const {
    const auto found = group(name);
    INFO(prefix_ << name);
    REQUIRE(found.size() == 1);
    return found[0].tensor;
  }

 private:
  std::string prefix_;
};

/// How Norma runs a case, and the tolerance against PyTorch's float64.
struct Run {
  Device device;
  DType dtype;
  double tolerance;

  /// A copy for this run to work on.
  Tensor prepare(const Tensor& t) const {
    return (t.dtype() == DType::int64 ? t : t.to(dtype)).to(device).clone();
  }
};

/// The executors under test, in both precisions.
inline std::vector<Run> runs() {
  std::vector<Run> all;
  for (const Device device : executors()) {
    all.push_back({device, DType::float64, 1e-12});
    if (device != Device::reference) all.push_back({device, DType::float32, 1e-5});
  }
  return all;
}

/// require_close; if all of PyTorch's values are zero (except for rounding), Norma's must be zero too.
inline void compare(const Run& run, const Tensor& got, const Tensor& want, const std::string& what) {
  INFO("on " << name(run.device) << " in " << name(run.dtype) << ", " << what);
  const auto is_zero = [](double bound) { return [bound](double v) { return std::abs(v) <= bound; }; };
  const auto values = want.to_vector<double>();
  if (!std::all_of(values.begin(), values.end(), is_zero(1e-12)))
    return require_close(got, want, run.tolerance, what);
  REQUIRE(got.shape() == want.shape());
  const auto zeros = got.to_vector<double>();
  CHECK(std::all_of(zeros.begin(), zeros.end(), is_zero(run.tolerance)));
}

/// Compares the tensors of one group with Norma's of the same names.
inline void compare_all(const Run& run, const std::vector<NamedTensor>& got,
                        const std::vector<NamedTensor>& want) {
  for (const NamedTensor& wanted : want) {
    INFO(wanted.name);
    const auto mine =
        std::find_if(got.begin(), got.end(), [&](const auto& t) { return t.name == wanted.name; });
    REQUIRE(mine != got.end());
    compare(run, mine->tensor, wanted.tensor, wanted.name);
  }
}

/// Compares y = f(inputs) and the gradient by every input, in every run.
inline void check_function(const std::string& name, const Function& f) {
  INFO("case " << name);
  const Golden golden(name);
  REQUIRE(!golden.group("gradient").empty());
  for (const Run& run : runs()) {
    std::vector<NamedTensor> gradients;
    Inputs inputs;
    for (const auto& [input, values] : golden.group("input")) {
      inputs.push_back(run.prepare(values));
      if (values.dtype() != DType::int64) inputs.back().set_requires_grad();
    }
    const Tensor y = f(inputs);
    compare(run, y.detach(), golden["y"], "y");
    y.backward(run.prepare(golden["dy"]));
    for (std::size_t i = 0; i < inputs.size(); ++i)
      gradients.push_back({golden.group("input")[i].name, inputs[i].grad()});
    compare_all(run, gradients, golden.group("gradient"));
  }
}

/// Gives a module the case's state, runs the batches seen before, then compares y, the gradients by x and by
/// every parameter, and the buffers.
inline void check_module(const std::string& name, const std::function<std::shared_ptr<Module>()>& make,
                         bool evaluate = false) {
  INFO("case " << name);
  const Golden golden(name);
  for (const Run& run : runs()) {
    const auto module = make();
    module->load_state_dict(golden.group("state"));
    module->to(run.dtype), module->to(run.device);
    for (const auto& [index, batch] : golden.group("seen")) (*module)(run.prepare(batch));
    module->zero_grad();
    module->train(!evaluate);
    const Tensor x = run.prepare(golden["x"]).set_requires_grad();
    const Tensor y = (*module)(x);
    compare(run, y.detach(), golden["y"], "y");
    y.backward(run.prepare(golden["dy"]));
    std::vector<NamedTensor> gradients = {{"x", x.grad()}};
    for (const auto& [parameter, tensor] : module->named_parameters())
      gradients.push_back({parameter, tensor.grad()});
    const auto wanted = golden.group("gradient");
    REQUIRE(gradients.size() == wanted.size());
    compare_all(run, gradients, wanted);
    compare_all(run, module->state_dict(), golden.group("after"));
  }
}

}  // namespace norma::test
