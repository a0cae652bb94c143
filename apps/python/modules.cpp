// norma.nn: modules, and layers of Python's own.
#include "layers/module.h"

#include <nanobind/trampoline.h>

#include <deque>
#include <memory>

#include "apps/python/casts.h"
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/flatten.h"
#include "layers/identity.h"
#include "layers/linear.h"
#include "layers/pool.h"
#include "layers/relu.h"
#include "layers/residual.h"
#include "layers/sequential.h"
#include "layers/summary.h"

namespace norma::python {
namespace {

using namespace nb::literals;

// A module whose forward() is written in Python. Its parameters and children are those of the attributes that
// Python sets.
class PythonModule : public Module {
 public:
  NB_TRAMPOLINE(Module, 1);

  std::string type() const override {
    const nb::gil_scoped_acquire gil;
    return nb::cast<std::string>(nb::find(static_cast<const Module*>(this)).type().attr("__name__"));
  }
  void add_parameter(const std::string& name, const Tensor& parameter) {
    for (const NamedTensor& own : own_parameters())
      if (own.name == name) return Tensor(own.tensor).copy_from(parameter);
    parameters_.push_back(parameter);
    register_parameter(name, parameters_.back());
  }
  void add_child(const std::string& name, const std::shared_ptr<Module>& child) {
    for (const auto& [taken, module] : children())
      if (taken == name) fail("{} has a module '{}' already: modules cannot be replaced", type(), name);
    register_module(name, child);
  }

 protected:
  Tensor forward(const Tensor& x) override { NB_OVERRIDE_PURE(forward, x); }

 private:
  std::deque<Tensor> parameters_;  // registered by their addresses
};

// A parameter, a buffer or a child; None for a weight or a bias that a layer was made without.
nb::object find_member(const Module& module, const std::string& name) {
  for (const auto& [own, child] : module.children())
    if (own == name) return nb::cast(child);
  for (const std::vector<NamedTensor>& all : {module.own_parameters(), module.state_dict()})
    for (const NamedTensor& own : all)
      if (own.name == name) return nb::cast(own.tensor);
  const bool is_layer = dynamic_cast<const PythonModule*>(&module) == nullptr && module.children().empty();
  return is_layer && (name == "weight" || name == "bias") ? nb::none() : nb::object();
}

// As in PyTorch, what is assigned to an attribute of a module belongs to it.
void set_attribute(nb::handle self, const nb::str& name, const nb::object& value) {
  auto* own = dynamic_cast<PythonModule*>(nb::cast<Module*>(self));
  if (own != nullptr && nb::isinstance<Tensor>(value) && nb::cast<Tensor>(value).requires_grad())
    return own->add_parameter(name.c_str(), nb::cast<Tensor>(value));
  if (own != nullptr && nb::isinstance<Module>(value))
    own->add_child(name.c_str(), nb::cast<std::shared_ptr<Module>>(value));
  if (PyObject_GenericSetAttr(self.ptr(), name.ptr(), value.ptr()) != 0) throw nb::python_error();
}

nb::object get_attribute(nb::handle self, const std::string& name) {
  if (nb::object member = find_member(*nb::cast<Module*>(self), name); member.is_valid()) return member;
  const std::string text =
      fmt::format("a {} has no attribute '{}'", nb::cast<std::string>(self.type().attr("__name__")), name);
  throw nb::attribute_error(text.c_str());
}

std::string text_of(const Module& module, const std::string& indent) {
  if (module.children().empty()) return module.description();
  std::string text = module.type() + "(\n";
  for (const auto& [name, child] : module.children())
    text += fmt::format("{}  ({}): {}\n", indent, name, text_of(*child, indent + "  "));
  return text + indent + ")";
}

void bind_module(nb::module_& m) {
  nb::class_<Module, PythonModule>(m, "Module",
                                   "A layer or a network. A subclass calls super().__init__(), assigns "
                                   "layers and parameters to its attributes, and "
                                   "has forward(self, x).")
      .def(nb::init<>())
      .def(
          "__call__", [](Module& module, const Input& x) { return module(x.get()); }, "x"_a, Release())
      .def("__setattr__", &set_attribute)
      .def("__getattr__", &get_attribute)
      .def("__repr__", [](const Module& module) { return text_of(module, ""); })
      .def("parameters", &Module::parameters, "Its parameters and those of its children, each once.")
      .def("named_parameters", [](const Module& module) { return dict_of(module.named_parameters()); })
      .def(
          "state_dict", [](const Module& module) { return dict_of(module.state_dict()); },
          "Parameters and buffers by their names, which are PyTorch's.")
      .def(
          "load_state_dict",
          [](Module& module, const nb::dict& state) { module.load_state_dict(tensors_of(state)); }, "state"_a,
          "Copies tensors by name. If one is missing, unknown or of another shape, the error names it.")
      .def("named_children",
           [](const Module& module) {
             nb::dict named;
             for (const auto& [name, child] : module.children()) named[name.c_str()] = child;
             return named;
           })
      .def(
          "train",
          [](nb::handle self, bool on) {
            nb::cast<Module&>(self).train(on);
            return self;
          },
          "on"_a = true)
      .def("eval",
           [](nb::handle self) {
             nb::cast<Module&>(self).eval();
             return self;
           })
      .def_prop_ro("training", &Module::is_training)
      .def("zero_grad", &Module::zero_grad)
      .def(
          "to",
          [](nb::handle self, const std::string& target) {
            auto& module = nb::cast<Module&>(self);
            if (const auto device = find_device(target)) return module.to(*device), self;
            return module.to(dtype_from(nb::str(target.c_str()))), self;
          },
          "target"_a, "Moves all parameters and buffers to a device or a dtype. Make optimizers afterwards.")
      .def(
          "summary", [](Module& module, const Sizes& image) { return summarize(module, image).to_string(); },
          "image"_a, "A table of the layers for one image of this shape, [C, H, W].");
  m.def(
      "Parameter", [](const Input& data) { return data.get().detach().clone().set_requires_grad(); },
      "data"_a,
      "A tensor that requires a gradient, and that a module registers when it is assigned to an attribute.");
}

void bind_basic_layers(nb::module_& m) {
  nb::class_<Conv2d, Module>(
      m, "Conv2d",
      "2-D convolution. weight [out_channels, in_channels / groups, kernel_h, kernel_w], bias "
      "[out_channels]. `standardize`: scaled weight standardization. `precision`: "
      "how the factors of the products are rounded, exact, tf32 or bf16.")
      .def(
          "__init__",
          [](Conv2d* self, std::int64_t in, std::int64_t out, Size2 kernel, Size2 stride, Size2 padding,
             Size2 dilation, std::int64_t groups, bool bias, bool standardize, const std::string& precision) {
            new (self) Conv2d(in, out, kernel,
                              {stride, padding, bias, standardize, dilation, groups,
                               precision_from("precision", precision)});
          },
          "in_channels"_a, "out_channels"_a, "kernel_size"_a, "stride"_a = Size2(1), "padding"_a = Size2(0),
          "dilation"_a = Size2(1), "groups"_a = 1, "bias"_a = true, "standardize"_a = false,
          "precision"_a = "exact")
      .def_prop_ro("kernel_size", &Conv2d::kernel_size)
      .def_prop_ro("stride", [](const Conv2d& c) { return c.options().stride; })
      .def_prop_ro("padding", [](const Conv2d& c) { return c.options().padding; })
      .def_prop_ro("dilation", [](const Conv2d& c) { return c.options().dilation; })
      .def_prop_ro("groups", [](const Conv2d& c) { return c.options().groups; })
      .def_prop_ro("precision", [](const Conv2d& c) { return name(c.options().precision); });
  nb::class_<Linear, Module>(m, "Linear",
                             "x·weightᵀ + bias. weight [out_features, in_features], bias [out_features].")
      .def(nb::init<std::int64_t, std::int64_t, bool>(), "in_features"_a, "out_features"_a, "bias"_a = true);
  nb::class_<ReLU, Module>(m, "ReLU", "max(x, 0).").def(nb::init<>());
  nb::class_<Dropout, Module>(m, "Dropout", "Element dropout, in training only.")
      .def(nb::init<double>(), "p"_a = 0.5);
  nb::class_<Dropout2d, Module>(m, "Dropout2d", "Channel dropout, in training only.")
      .def(nb::init<double>(), "p"_a = 0.5);
  nb::class_<Flatten, Module>(m, "Flatten", "[N, …] → [N, the rest].").def(nb::init<>());
  nb::class_<Identity, Module>(m, "Identity", "x itself.").def(nb::init<>());
  nb::class_<Residual, Module>(m, "Residual", "x + body(x).")
      .def(nb::init<std::shared_ptr<Module>>(), "body"_a);
  nb::class_<MaxPool2d, Module>(m, "MaxPool2d", "The largest number of each window.")
      .def(
          "__init__",
          [](MaxPool2d* self, Size2 kernel, std::optional<Size2> stride, Size2 padding, bool ceil_mode) {
            new (self) MaxPool2d(kernel, {stride, padding, ceil_mode});
          },
          "kernel_size"_a, "stride"_a = nb::none(), "padding"_a = Size2(0), "ceil_mode"_a = false);
  nb::class_<AvgPool2d, Module>(m, "AvgPool2d", "The mean of each window.")
      .def(
          "__init__",
          [](AvgPool2d* self, Size2 kernel, std::optional<Size2> stride, Size2 padding, bool ceil_mode,
             bool count_include_pad) {
            new (self) AvgPool2d(kernel, {stride, padding, ceil_mode, count_include_pad});
          },
          "kernel_size"_a, "stride"_a = nb::none(), "padding"_a = Size2(0), "ceil_mode"_a = false,
          "count_include_pad"_a = true);
  nb::class_<AdaptiveAvgPool2d, Module>(m, "AdaptiveAvgPool2d", "The mean of each plane: output size 1.")
      .def(nb::init<Size2>(), "output_size"_a = Size2(1));
}

void bind_sequential(nb::module_& m) {
  nb::class_<Sequential, Module>(
      m, "Sequential",
      "Runs modules one after the other: Sequential(a, b, …), or Sequential({'name': a, …}).")
      .def("__init__",
           [](Sequential* self, const nb::args& modules) {
             auto made = std::make_unique<std::vector<std::pair<std::string, std::shared_ptr<Module>>>>();
             if (modules.size() == 1 && nb::isinstance<nb::dict>(modules[0])) {
               for (const auto& [name, module] : nb::cast<nb::dict>(modules[0]))
                 made->push_back({nb::cast<std::string>(name), nb::cast<std::shared_ptr<Module>>(module)});
             } else {
               for (std::size_t i = 0; i < modules.size(); ++i)
                 made->push_back({std::to_string(i), nb::cast<std::shared_ptr<Module>>(modules[i])});
             }
             new (self) Sequential(*made);
           })
      .def(
          "add",
          [](nb::handle self, const std::string& name, const std::shared_ptr<Module>& module) {
            nb::cast<Sequential&>(self).add(name, module);
            return self;
          },
          "name"_a, "module"_a)
      .def("__len__", [](const Sequential& s) { return s.children().size(); })
      .def("__getitem__", [](const Sequential& s, std::int64_t i) {
        const auto count = static_cast<std::int64_t>(s.children().size());
        if (i < -count || i >= count) throw nb::index_error("there is no such module");
        return s.children()[static_cast<std::size_t>(i < 0 ? i + count : i)].second;
      });
}

}  // namespace

void bind_modules(nb::module_& m) {
  nb::module_ nn = m.def_submodule("nn", "Layers and networks, with PyTorch's names.");
  bind_module(nn);
  bind_basic_layers(nn);
  bind_norms(nn);
  bind_sequential(nn);
}

}  // namespace norma::python
