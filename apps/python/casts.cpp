#include "apps/python/casts.h"

#include <array>

#include "apps/cli/arguments.h"

namespace norma::python {
namespace {

using Array = nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu>;

// Keeps a Python object alive; it is released on whichever thread drops the last tensor.
std::shared_ptr<void> owner_of(Array array) {
  return {new Array(std::move(array)), [](Array* held) {
            if (!nb::is_alive()) return;  // the interpreter has ended, and its memory with it
            const nb::gil_scoped_acquire gil;
            delete held;
          }};
}

constexpr std::array dtypes = {DType::float32, DType::float64, DType::uint8, DType::int64};

std::optional<DType> dtype_of_array(const nb::dlpack::dtype& type) {
  for (const DType dtype : dtypes)
    if (type == array_dtype(dtype)) return dtype;
  return {};
}

}  // namespace

bool read_input(nb::handle object, Input& input) noexcept try {
  input = {};
  if (nb::isinstance<Tensor>(object)) {
    input.tensor = nb::cast<Tensor>(object);
    return true;
  }
  Array array;
  if (!nb::try_cast(object, array)) return false;
  input.is_array = true;
  const std::optional<DType> dtype = dtype_of_array(array.dtype());
  if (!dtype) {
    input.problem = fmt::format(
        "Norma has tensors of float32, float64, int64 and uint8, and this array has another type ({} bits): "
        "convert it "
        "first, as with astype('float32')",
        array.dtype().bits);
  } else if (array.ndim() > Shape::max_rank) {
    input.problem =
        fmt::format("a tensor has at most {} dimensions, not {}", int{Shape::max_rank}, array.ndim());
  } else {
    std::vector<std::int64_t> sizes;
    for (std::size_t d = 0; d < array.ndim(); ++d) sizes.push_back(static_cast<std::int64_t>(array.shape(d)));
    void* data = const_cast<void*>(array.data());
    const Shape shape{std::span<const std::int64_t>(sizes)};
    input.tensor = shape.numel() == 0 ? Tensor::empty(shape, *dtype)
                                      : Tensor::from_memory(data, shape, *dtype, owner_of(std::move(array)));
  }
  return true;
} catch (const std::exception& e) {
  input.problem = e.what();
  return true;
}

DType dtype_from(nb::handle object) {
  nb::object named = nb::borrow(object);
  for (const char* attribute : {"name", "__name__"})
    if (!nb::isinstance<nb::str>(named) && nb::hasattr(named, attribute)) named = named.attr(attribute);
  const std::string text = nb::cast<std::string>(nb::str(named));
  for (const DType dtype : dtypes)
    if (text == name(dtype)) return dtype;
  fail_usage("there is no dtype {}; Norma has float32, float64, uint8 and int64", text);
}

nb::dlpack::dtype array_dtype(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return nb::dtype<float>();
    case DType::float64:
      return nb::dtype<double>();
    case DType::uint8:
      return nb::dtype<std::uint8_t>();
    case DType::int64:
      return nb::dtype<std::int64_t>();
  }
  return nb::dtype<float>();
}

std::optional<Device> find_device(const std::string& text) {
  for (const Device device : all_devices)
    if (text == name(device)) return device;
  return {};
}

Device device_from(const std::string& text) {
  if (const auto device = find_device(text)) return *device;
  std::vector<std::string> names;
  for (const Device device : all_devices) names.push_back(name(device));
  fail_usage("there is no device '{}'; Norma has {}{}", text, listing(names), did_you_mean(text, names));
}

Place::Place(const Input& x, const std::optional<std::string>& device)
    : chosen_(device.has_value()), device_(device ? device_from(*device) : x.get().device()) {}

Tensor Place::operator()(const Input& input) const {
  const Tensor& tensor = input.get();
  if (tensor.device() == device_ || !(chosen_ || input.is_array)) return tensor;
  if (tensor.requires_grad())
    fail(
        "this tensor requires a gradient, which does not pass from {} to {}: make it there, or move it with "
        "to('{}')",
        name(tensor.device()), name(device_), name(device_));
  return tensor.to(device_);
}

Tensor Place::changed(const char* what, const std::optional<Input>& input) const {
  if (!input) return {};
  const Tensor& tensor = input->get();
  if (tensor.device() != device_)
    fail("{} is changed by this operation: it must be a tensor on {}", what, name(device_));
  return tensor;
}

nb::tuple tuple_of(const Shape& shape) {
  nb::list sizes;
  for (const std::int64_t size : shape) sizes.append(size);
  return nb::tuple(sizes);
}

nb::object object_of(const Tensor& tensor) { return tensor.defined() ? nb::cast(tensor) : nb::none(); }

nb::dict dict_of(const std::vector<NamedTensor>& tensors, bool copied) {
  nb::dict named;
  for (const NamedTensor& t : tensors) named[t.name.c_str()] = copied ? t.tensor.clone() : t.tensor;
  return named;
}

std::vector<NamedTensor> tensors_of(const nb::dict& named) {
  std::vector<NamedTensor> tensors;
  for (const auto& [name, value] : named)
    tensors.push_back({nb::cast<std::string>(name), nb::cast<Input>(value).get()});
  return tensors;
}

}  // namespace norma::python
