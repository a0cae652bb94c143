#include "core/tensor.h"

#include "core/arithmetic.h"
#include "core/autograd.h"
#include "core/device_memory.h"

namespace norma {
namespace {

// Calls f with a value of the element type, for the few places that convert between all four.
template <class F>
void with_type(DType dtype, F&& f) {
  switch (dtype) {
    case DType::float32:
      return f(float{});
    case DType::float64:
      return f(double{});
    case DType::uint8:
      return f(std::uint8_t{});
    case DType::int64:
      return f(std::int64_t{});
  }
}

}  // namespace

Tensor Tensor::empty(Shape shape, DType dtype, Device device) {
  Tensor t;
  t.shape_ = shape;
  t.dtype_ = dtype;
  t.device_ = device;
  const std::size_t bytes = static_cast<std::size_t>(shape.numel()) * size_in_bytes(dtype);
  try {
    t.storage_ = std::make_shared<Storage>(bytes, device);
  } catch (const OutOfMemory&) {
    const std::string what = fmt::format("a {} tensor {}", name(dtype), shape.to_string());
    throw OutOfMemory(no_memory_for(what, bytes, device));
  }
  return t;
}

Tensor Tensor::from_memory(void* data, Shape shape, DType dtype, std::shared_ptr<void> owner) {
  const std::size_t size = size_in_bytes(dtype);
  if (reinterpret_cast<std::uintptr_t>(data) % size != 0)
    fail("a {} tensor cannot begin at an address that is not a multiple of {}", name(dtype), size);
  if (owner == nullptr) fail("memory of a tensor needs an owner");
  Tensor t;
  t.shape_ = shape;
  t.dtype_ = dtype;
  t.storage_ =
      std::make_shared<Storage>(data, static_cast<std::size_t>(shape.numel()) * size, std::move(owner));
  return t;
}

Tensor Tensor::zeros(Shape shape, DType dtype, Device device) {
  Tensor t = empty(shape, dtype, device);
  clear_bytes(device, t.raw(), t.bytes());
  return t;
}

Tensor Tensor::full(Shape shape, double value, DType dtype, Device device) {
  const bool floating = is_floating(dtype);
  if (!floating && !on_host(device)) return full(shape, value, dtype).to(device);
  Tensor t = empty(shape, dtype, device);
  if (floating) {
    detail::fill(t, value);
  } else {
    with_type(dtype, [&](auto type) {
      using T = decltype(type);
      std::fill_n(t.data<T>(), t.numel(), static_cast<T>(value));
    });
  }
  return t;
}

double Tensor::item() const {
  if (!defined() || numel() != 1)
    fail("item() needs a tensor of one element, not {}", defined() ? shape_.to_string() : "an undefined one");
  return to_vector<double>()[0];
}

Tensor Tensor::view(Shape shape) const {
  if (shape.numel() != numel())
    fail("a tensor of shape {} cannot be viewed as {}", shape_.to_string(), shape.to_string());
  Tensor t = detach();
  t.shape_ = shape;
  return t;
}

Tensor Tensor::clone() const {
  Tensor t = empty_like(*this);
  copy_bytes(device_, t.raw(), device_, raw(), bytes());
  return t;
}

Tensor Tensor::to(DType dtype) const {
  if (dtype == dtype_) return *this;
  Tensor t = empty(shape_, dtype, device_);
  t.copy_from(*this);
  return t;
}

Tensor Tensor::to(Device device) const {
  if (device == device_) return *this;
  Tensor t = empty(shape_, dtype_, device);
  t.copy_from(*this);
  return t;
}

void Tensor::copy_from(const Tensor& other) {
  if (other.shape_ != shape_)
    fail("a tensor of shape {} cannot take the numbers of one of shape {}", shape_.to_string(),
         other.shape_.to_string());
  if (dtype_ == other.dtype_) return copy_bytes(device_, raw(), other.device_, other.raw(), bytes());
  // Numbers are converted by the CPU.
  if (!on_host(other.device_)) return copy_from(other.to(Device::cpu));
  if (!on_host(device_)) return copy_from(other.to(dtype_));
  with_type(dtype_, [&](auto to_type) {
    with_type(other.dtype_, [&](auto from_type) {
      using To = decltype(to_type);
      const auto* from = other.data<decltype(from_type)>();
      std::transform(from, from + numel(), data<To>(), [](auto v) { return static_cast<To>(v); });
    });
  });
}

bool Tensor::requires_grad() const { return gradient_ && gradient_->requires_grad; }

Tensor& Tensor::set_requires_grad(bool on) {
  if (gradient_ && gradient_->producer) fail("requires_grad can only be set on a leaf, not on a result");
  if (!gradient_) gradient_ = std::make_shared<GradientState>();
  gradient_->requires_grad = on;
  gradient_->sharded = sharded_;
  return *this;
}

Tensor Tensor::grad() const { return gradient_ ? gradient_->gradient : Tensor(); }

void Tensor::set_grad(Tensor grad) {
  if (!gradient_) gradient_ = std::make_shared<GradientState>();
  gradient_->gradient = std::move(grad);
}

void Tensor::zero_grad() {
  if (gradient_) gradient_->gradient = Tensor();
}

void Tensor::set_sharded(bool on) {
  sharded_ = on;
  if (gradient_) gradient_->sharded = on;
}

Tensor Tensor::detach() const {
  Tensor t = *this;
  t.gradient_ = nullptr;
  return t;
}

void Tensor::backward() const { norma::backward(*this, {}); }

void Tensor::backward(const Tensor& cotangent) const { norma::backward(*this, cotangent); }

}  // namespace norma
