// norma.Tensor.
#include <fmt/format.h>

#include <cstring>

#include "apps/python/casts.h"
#include "core/autograd.h"
#include "layers/functional/arithmetic.h"
#include "layers/functional/reshape.h"

namespace norma::python {
namespace {

using namespace nb::literals;

// The tensor as an array of a framework, which shares its numbers and keeps them alive.
template <class... Framework>
nb::object array_of(const Tensor& tensor) {
  if (!on_host(tensor.device()))
    fail("the numbers are on {}, which only its kernels read: copy them first, with to('cpu')",
         name(tensor.device()));
  std::vector<std::size_t> sizes(tensor.shape().begin(), tensor.shape().end());
  const nb::object owner = nb::cast(tensor.detach());
  return nb::cast(nb::ndarray<Framework...>(tensor.raw(), sizes.size(), sizes.data(), owner, nullptr,
                                            array_dtype(tensor.dtype())),
                  nb::rv_policy::reference);
}

nb::object numpy_of(const Tensor& tensor) {
  return array_of<nb::numpy>(tensor.to(on_host(tensor.device()) ? tensor.device() : Device::cpu));
}

// norma.tensor(): a copy of arrays, lists and numbers. Python's floats become float32, as in PyTorch.
Tensor tensor_from(const nb::object& data, const nb::object& dtype, const std::string& device,
                   bool requires_grad) {
  Input input;
  nb::object array = data;
  if (!nb::isinstance<Tensor>(data) && !nb::hasattr(data, "__dlpack__")) {
    array = nb::module_::import_("numpy").attr("asarray")(data);
    const std::string kind = nb::cast<std::string>(array.attr("dtype").attr("kind"));
    const char* chosen = kind == "f"                                 ? "float32"
                         : kind == "i" || kind == "u" || kind == "b" ? "int64"
                                                                     : nullptr;
    if (chosen == nullptr)
      throw nb::type_error("norma.tensor() takes numbers, in arrays or nested lists of equal lengths");
    array = array.attr("astype")(dtype.is_none() ? nb::object(nb::str(chosen))
                                                 : nb::object(nb::str(name(dtype_from(dtype)))));
  }
  if (!read_input(array, input))
    throw nb::type_error("norma.tensor() takes arrays, nested lists and numbers");
  Tensor tensor = input.get().detach();
  if (!dtype.is_none()) tensor = tensor.to(dtype_from(dtype));
  tensor = tensor.to(device_from(device));
  if (tensor.raw() == input.tensor.raw()) tensor = tensor.clone();
  if (requires_grad) tensor.set_requires_grad();
  return tensor;
}

// Another framework's array, with the same memory.
Tensor shared_with(const nb::object& array) {
  nb::ndarray<nb::c_contig, nb::device::cpu> writable;  // without nb::ro: changes are seen on both sides
  if (!nb::try_cast(array, writable, false))
    throw nb::type_error(
        "only a writable array on the CPU in row-major order can be shared: copy this one with "
        "norma.tensor()");
  Input input;
  if (!read_input(array, input)) throw nb::type_error("this object has no __dlpack__");
  return input.get();
}

std::string text_of(const Tensor& tensor) {
  std::string text = nb::cast<std::string>(nb::module_::import_("numpy").attr("array2string")(
      numpy_of(tensor), "separator"_a = ", ", "prefix"_a = "tensor(", "precision"_a = 4));
  if (tensor.dtype() != DType::float32) text += fmt::format(", dtype={}", name(tensor.dtype()));
  if (tensor.device() != Device::cpu) text += fmt::format(", device='{}'", name(tensor.device()));
  if (tensor.requires_grad()) text += ", requires_grad=True";
  return "tensor(" + text + ")";
}

// to("simt"), to("float64"), to(numpy.float64)
Tensor moved(const Tensor& tensor, const nb::object& to) {
  if (nb::isinstance<nb::str>(to))
    if (const auto device = find_device(nb::cast<std::string>(to))) return tensor.to(*device);
  return tensor.to(dtype_from(to));
}

nb::tuple reduced(const nb::object& self) {
  const Tensor tensor = nb::cast<Tensor>(self), host = tensor.to(Device::cpu);
  return nb::make_tuple(nb::module_::import_("norma").attr("_rebuild"),
                        nb::make_tuple(tuple_of(tensor.shape()), name(tensor.dtype()), name(tensor.device()),
                                       nb::bytes(host.raw(), host.bytes()), tensor.requires_grad()));
}

Tensor rebuilt(const Sizes& sizes, const std::string& dtype, const std::string& device,
               const nb::bytes& bytes, bool requires_grad) {
  Tensor tensor = Tensor::empty(sizes, dtype_from(nb::str(dtype.c_str())));
  if (tensor.bytes() != bytes.size())
    fail("a pickled tensor has {} bytes instead of {}", bytes.size(), tensor.bytes());
  std::memcpy(tensor.raw(), bytes.data(), bytes.size());
  tensor = tensor.to(device_from(device));
  if (requires_grad) tensor.set_requires_grad();
  return tensor;
}

std::vector<int> all_dims(const Tensor& x, const std::optional<std::vector<int>>& dims) {
  std::vector<int> all;
  for (int d = 0; d < x.shape().rank(); ++d) all.push_back(d);
  return dims ? *dims : all;
}

// x and v as NumPy's broadcasting has them: sizes of 1 go before the shorter shape, and x, which operations
// do not repeat, is repeated here.
std::pair<Tensor, Tensor> broadcast(Tensor x, const Input& input) {
  Tensor v = Place(x.device())(input);
  const int rank = std::max(x.shape().rank(), v.shape().rank());
  const auto lengthened = [&](const Tensor& t) {
    std::vector<std::int64_t> sizes(static_cast<std::size_t>(rank - t.shape().rank()), 1);
    sizes.insert(sizes.end(), t.shape().begin(), t.shape().end());
    return t.shape().rank() == rank ? t : functional::reshape(t, Shape(std::span<const std::int64_t>(sizes)));
  };
  x = lengthened(x), v = lengthened(v);
  std::vector<std::int64_t> sizes;
  for (int d = 0; d < rank; ++d) sizes.push_back(x.size(d) == 1 ? v.size(d) : x.size(d));
  const Shape shape{std::span<const std::int64_t>(sizes)};
  return {x.shape() == shape ? x : functional::expand(x, shape), v};
}

// An operator of two tensors, and its operation.
using Pair = Tensor (*)(const Tensor&, const Tensor&);
void bind_operator(nb::class_<Tensor>& c, const char* name, Pair operation) {
  c.def(
      name,
      [operation](const Tensor& x, const Input& v) {
        const auto [left, right] = broadcast(x, v);
        return operation(left, right);
      },
      Release(), nb::is_operator());
}

void bind_arithmetic(nb::class_<Tensor>& c) {
  namespace f = functional;
  bind_operator(c, "__add__", [](const Tensor& x, const Tensor& v) { return x + v; });
  bind_operator(c, "__radd__", [](const Tensor& x, const Tensor& v) { return x + v; });
  bind_operator(c, "__sub__", [](const Tensor& x, const Tensor& v) { return x - v; });
  bind_operator(c, "__rsub__", [](const Tensor& x, const Tensor& v) { return -x + v; });
  bind_operator(c, "__mul__", [](const Tensor& x, const Tensor& v) { return x * v; });
  bind_operator(c, "__rmul__", [](const Tensor& x, const Tensor& v) { return x * v; });
  bind_operator(c, "__truediv__", [](const Tensor& x, const Tensor& v) { return x * f::reciprocal(v); });
  bind_operator(c, "__rtruediv__", [](const Tensor& x, const Tensor& v) { return f::reciprocal(x) * v; });
  c.attr("__array_priority__") = 1000;  // NumPy's operators leave their work to these
  const auto number = [&](const char* name, Tensor (*operation)(const Tensor&, double)) {
    c.def(
        name, [operation](const Tensor& x, double v) { return operation(x, v); }, Release(),
        nb::is_operator());
  };
  number("__add__", [](const Tensor& x, double v) { return x + v; });
  number("__radd__", [](const Tensor& x, double v) { return x + v; });
  number("__sub__", [](const Tensor& x, double v) { return x + -v; });
  number("__rsub__", [](const Tensor& x, double v) { return -x + v; });
  number("__mul__", [](const Tensor& x, double v) { return x * v; });
  number("__rmul__", [](const Tensor& x, double v) { return x * v; });
  number("__truediv__", [](const Tensor& x, double v) { return x * (1 / v); });
  number("__rtruediv__", [](const Tensor& x, double v) { return f::reciprocal(x) * v; });
  c.def(
       "__neg__", [](const Tensor& x) { return -x; }, Release())
      .def(
          "sum",
          [](const Tensor& x, const std::optional<std::vector<int>>& dim) {
            const Tensor sum = f::sum(x, all_dims(x, dim));
            return dim ? sum : f::reshape(sum, {});
          },
          "dim"_a = nb::none(), "The sum over these dimensions, which become 1; over all: a scalar.",
          Release())
      .def(
          "mean",
          [](const Tensor& x, const std::optional<std::vector<int>>& dim) {
            const Tensor mean = f::mean(x, all_dims(x, dim));
            return dim ? mean : f::reshape(mean, {});
          },
          "dim"_a = nb::none(), "The mean over these dimensions, which become 1; over all: a scalar.",
          Release());
}

void bind_conversions(nb::class_<Tensor>& c) {
  c.def("numpy", &numpy_of, "A NumPy array with the same memory, if the tensor is on the CPU; else a copy.")
      .def(
          "__array__",
          [](const Tensor& t, const nb::object& dtype, const nb::object& copy) {
            const nb::object array = numpy_of(t);
            const bool copies = !copy.is_none() && nb::cast<bool>(copy);
            if (dtype.is_none()) return copies ? array.attr("copy")() : array;
            return array.attr("astype")(dtype, "copy"_a = copies);
          },
          "dtype"_a = nb::none(), "copy"_a = nb::none())
      .def("__dlpack__",
           [](const Tensor& t, const nb::kwargs& how) {
             return array_of<nb::array_api>(t).attr("__dlpack__")(**how);
           })
      .def("__dlpack_device__",
           [](const Tensor& t) { return array_of<nb::array_api>(t).attr("__dlpack_device__")(); })
      .def(
          "tolist", [](const Tensor& t) { return numpy_of(t).attr("tolist")(); }, "Nested lists of numbers.")
      .def("item", &Tensor::item, "The number of a tensor of one element.")
      .def("__float__", &Tensor::item)
      .def("__repr__", &text_of)
      .def("__reduce__", &reduced)
      .def("to", &moved, "target"_a,
           "A copy on another device ('cpu', 'simt', 'cuda', 'reference') or of another dtype; the tensor "
           "itself if "
           "nothing is to be done. It has no history.")
      .def("clone", &Tensor::clone, "A copy, without history.", Release())
      .def(
          "copy_",
          [](Tensor& t, const Input& other) {
            t.copy_from(other.get());
            return t;
          },
          "other"_a, "Overwrites the numbers with those of a tensor of the same shape.");
}

}  // namespace

void bind_tensor(nb::module_& m) {
  nb::class_<Tensor> c(
      m, "Tensor",
      "A row-major block of numbers with a shape, a dtype and a device. Arithmetic, and the functions "
      "of norma.functional, are differentiable.");
  c.def_prop_ro("shape", [](const Tensor& t) { return tuple_of(t.shape()); })
      .def_prop_ro("dtype", [](const Tensor& t) { return name(t.dtype()); })
      .def_prop_ro("device", [](const Tensor& t) { return name(t.device()); })
      .def_prop_ro("ndim", [](const Tensor& t) { return t.shape().rank(); })
      .def("numel", &Tensor::numel, "The number of elements.")
      .def(
          "size", [](const Tensor& t, int dim) { return t.size(dim); }, "dim"_a)
      .def("__len__", [](const Tensor& t) { return t.size(0); })
      .def(
          "data_ptr", [](const Tensor& t) { return reinterpret_cast<std::uintptr_t>(t.raw()); },
          "The address of the first number.")
      .def(
          "reshape", [](const Tensor& t, const Sizes& shape) { return functional::reshape(t, shape); },
          "shape"_a, "The same numbers in another shape.")
      .def_prop_rw(
          "requires_grad", &Tensor::requires_grad, [](Tensor& t, bool on) { t.set_requires_grad(on); },
          "Whether backward() computes its gradient.")
      .def(
          "requires_grad_", [](Tensor& t, bool on) { return t.set_requires_grad(on); }, "on"_a = true)
      .def_prop_rw(
          "grad", [](const Tensor& t) { return object_of(t.grad()); },
          [](Tensor& t, const std::optional<Input>& grad) { t.set_grad(grad ? grad->get() : Tensor()); },
          nb::arg().none(), "What backward() added up; None before.")
      .def("zero_grad", &Tensor::zero_grad)
      .def("detach", &Tensor::detach, "The same numbers without their history.")
      .def(
          "backward",
          [](const Tensor& t, const std::optional<Input>& gradient) {
            if (gradient)
              t.backward(gradient->get());
            else
              t.backward();
          },
          "gradient"_a = nb::none(),
          "Adds the gradient of this tensor, times `gradient` (1 for a scalar), to the grad of every tensor "
          "that it was "
          "computed from and that requires one.",
          Release());
  bind_arithmetic(c);
  bind_conversions(c);
  m.def("tensor", &tensor_from, "data"_a, "dtype"_a = nb::none(), "device"_a = "cpu",
        "requires_grad"_a = false,
        "A new tensor with a copy of these numbers: an array, nested lists or a number.");
  m.def("from_dlpack", &shared_with, "array"_a,
        "A tensor with the memory of an array on the CPU, not a copy.");
  m.def("from_numpy", &shared_with, "array"_a, "A tensor with the memory of a NumPy array, not a copy.");
  const auto make = [&](const char* name, double value) {
    m.def(
        name,
        [value](const Sizes& shape, const nb::object& dtype, const std::string& device, bool requires_grad) {
          Tensor t = Tensor::full(shape, value, dtype_from(dtype), device_from(device));
          return requires_grad ? t.set_requires_grad() : t;
        },
        "shape"_a, "dtype"_a = "float32", "device"_a = "cpu", "requires_grad"_a = false);
  };
  make("zeros", 0);
  make("ones", 1);
  m.def(
      "full",
      [](const Sizes& shape, double value, const nb::object& dtype, const std::string& device) {
        return Tensor::full(shape, value, dtype_from(dtype), device_from(device));
      },
      "shape"_a, "value"_a, "dtype"_a = "float32", "device"_a = "cpu");
  m.def("_rebuild", &rebuilt);
}

}  // namespace norma::python
