// What the bindings share: the conversions between Python's values and Norma's.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/function.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <optional>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "layers/functional/size2.h"
#include "layers/module.h"

namespace norma::python {

namespace nb = nanobind;

/// Other Python threads run while this function computes.
using Release = nb::call_guard<nb::gil_scoped_release>;

/// A tensor argument: a norma.Tensor, a NumPy array, or anything with __dlpack__. Arrays on the CPU are not
/// copied, unless their numbers are not in row-major order.
struct Input {
  Tensor tensor;
  bool is_array = false;
  std::string problem;  // why it is not a tensor; conversions must not throw

  const Tensor& get() const {
    if (!problem.empty()) throw nb::type_error(problem.c_str());
    return tensor;
  }
};

/// Fills `input` from any of these objects; false if it is none of them.
bool read_input(nb::handle object, Input& input) noexcept;

/// "float32", norma.float32, numpy.float32 or numpy.dtype("float32").
DType dtype_from(nb::handle object);
Device device_from(const std::string& name);
/// The same, but nothing if no device has that name.
std::optional<Device> find_device(const std::string& name);
nb::dlpack::dtype array_dtype(DType dtype);

/// The arguments of an operation on one device: the given one, else x's. Arrays follow; tensors must be
/// there, or are copied to the given device.
class Place {
 public:
  Place(const Input& x, const std::optional<std::string>& device);
  /// Arrays follow to this device; tensors must be there.
  explicit Place(Device device) : chosen_(false), device_(device) {}
  Tensor operator()(const Input& input) const;
  Tensor operator()(const std::optional<Input>& input) const { return input ? (*this)(*input) : Tensor(); }
  /// A tensor that the operation changes.
  Tensor changed(const char* name, const std::optional<Input>& input) const;

 private:
  bool chosen_;
  Device device_;
};

struct Sizes {
  std::vector<std::int64_t> sizes;
  operator Shape() const { return Shape(std::span<const std::int64_t>(sizes)); }  // NOLINT: a caster's value
};

nb::tuple tuple_of(const Shape& shape);
/// A tensor, or None where it is undefined.
nb::object object_of(const Tensor& tensor);
/// Tensors by name, as state dictionaries have them. Handles of the same numbers; with `copied`, of copies.
nb::dict dict_of(const std::vector<NamedTensor>& tensors, bool copied = false);
std::vector<NamedTensor> tensors_of(const nb::dict& named);

void bind_tensor(nb::module_& m);
void bind_autograd(nb::module_& m);
void bind_functional(nb::module_& m);
void bind_modules(nb::module_& m);
void bind_norms(nb::module_& m);
void bind_networks(nb::module_& m);
void bind_optim(nb::module_& m);
void bind_data(nb::module_& m);
void bind_training(nb::module_& m);
void bind_runs(nb::module_& m);
void bind_files(nb::module_& m);

}  // namespace norma::python

namespace nanobind::detail {

template <>
struct type_caster<norma::python::Input> {
  NB_TYPE_CASTER(norma::python::Input, const_name("norma.TensorLike"))
  bool from_python(handle source, std::uint8_t, cleanup_list*) noexcept {
    return norma::python::read_input(source, value);
  }
};

template <>
struct type_caster<norma::python::Sizes> {
  NB_TYPE_CASTER(norma::python::Sizes, const_name("int | collections.abc.Sequence[int]"))
  bool from_python(handle source, std::uint8_t flags, cleanup_list* cleanup) noexcept {
    make_caster<std::int64_t> one;
    if (one.from_python(source, flags, cleanup)) return value.sizes = {one.value}, true;
    make_caster<std::vector<std::int64_t>> many;
    if (!many.from_python(source, flags, cleanup)) return false;
    value.sizes = std::move(many.value);
    return true;
  }
  static handle from_cpp(const norma::python::Sizes& sizes, rv_policy, cleanup_list*) noexcept {
    return norma::python::tuple_of(sizes).release();
  }
};

template <>
struct type_caster<norma::Size2> {
  using Value = norma::Size2;
  static constexpr auto Name = const_name("int | tuple[int, int]");
  template <class T>
  using Cast = Value;
  template <class T>
  static constexpr bool can_cast() {
    return true;
  }
  explicit operator Value() { return value; }
  Value value = 1;
  bool from_python(handle source, std::uint8_t flags, cleanup_list* cleanup) noexcept {
    make_caster<norma::python::Sizes> sizes;
    if (!sizes.from_python(source, flags, cleanup)) return false;
    const auto& given = sizes.value.sizes;
    if (given.empty() || given.size() > 2) return false;
    value = Value(given.front(), given.back());
    return true;
  }
  static handle from_cpp(const Value& size, rv_policy, cleanup_list*) noexcept {
    return make_tuple(size.h, size.w).release();
  }
};

}  // namespace nanobind::detail
