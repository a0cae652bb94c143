// Gradients, random numbers, threads: what belongs to no tensor alone.
#include "core/autograd.h"

#include <memory>

#include "apps/python/casts.h"
#include "core/parallel.h"
#include "core/random.h"
#include "kernels/simd_target.h"

namespace norma::python {
namespace {

using namespace nb::literals;

// `with norma.no_grad():`
struct NoGradBlock {
  std::unique_ptr<NoGrad> active;
};

std::vector<Tensor> tensors_of(const std::vector<Input>& inputs) {
  std::vector<Tensor> tensors;
  for (const Input& input : inputs) tensors.push_back(input.get());
  return tensors;
}

}  // namespace

void bind_autograd(nb::module_& m) {
  nb::class_<NoGradBlock>(m, "no_grad", "While this block runs, operations on this thread are not recorded.")
      .def(nb::init<>())
      .def("__enter__", [](NoGradBlock& block) { block.active = std::make_unique<NoGrad>(); })
      .def("__exit__", [](NoGradBlock& block, const nb::args&) { block.active.reset(); });
  m.def(
      "grad",
      [](const Input& y, const std::vector<Input>& inputs, const std::optional<Input>& grad_outputs,
         bool create_graph) {
        std::vector<Tensor> gradients;
        {
          const nb::gil_scoped_release release;
          gradients =
              grad(y.get(), tensors_of(inputs), grad_outputs ? grad_outputs->get() : Tensor(), create_graph);
        }
        nb::list all;
        for (const Tensor& gradient : gradients) all.append(object_of(gradient));
        return nb::tuple(all);
      },
      "y"_a, "inputs"_a, "grad_outputs"_a = nb::none(), "create_graph"_a = false,
      "As torch.autograd.grad: the gradients of y, times grad_outputs (1 for a scalar), by each of the "
      "inputs; None where "
      "y does not depend on it. With create_graph they can be differentiated again.");
  m.def("manual_seed", &manual_seed, "seed"_a,
        "The same seed makes the same networks and draws the same dropout masks.");
  m.def("set_threads", &set_threads, "count"_a, "CPU threads; results do not depend on it.");
  m.def("threads", &threads, "CPU threads, at first as many as this process has cores.");
  m.def("simd", &simd_target, "The instruction set of the CPU kernels, as 'AVX2'.");
  m.def(
      "why_unavailable", [](const std::string& device) { return unavailable_because(device_from(device)); },
      "device"_a, "Why a device cannot be used; empty if it can.");
}

}  // namespace norma::python
