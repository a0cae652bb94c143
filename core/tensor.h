// Tensor: a contiguous, row-major block of numbers with a shape, a dtype and a device. A Tensor is a handle:
// copies share their numbers. With autograd (core/autograd.h) it also remembers the operation that made it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/device.h"
#include "core/device_memory.h"
#include "core/dtype.h"
#include "core/error.h"
#include "core/shape.h"
#include "core/storage.h"

namespace norma {

struct GradientState;  // core/autograd.h

class Tensor {
 public:
  Tensor() = default;  ///< undefined: stands for "none" where an argument is optional

  /// Uninitialised numbers.
  static Tensor empty(Shape shape, DType dtype = DType::float32, Device device = Device::cpu);
  static Tensor zeros(Shape shape, DType dtype = DType::float32, Device device = Device::cpu);
  static Tensor full(Shape shape, double value, DType dtype = DType::float32, Device device = Device::cpu);
  /// Copies `values` (row-major, shape.numel() of them, else it throws).
  template <class T>
  static Tensor from(const std::vector<T>& values, Shape shape, Device device = Device::cpu);
  /// A tensor on the CPU whose numbers stay where they are, row-major, at an address that is a multiple of
  /// the size of a number. `owner` keeps them alive, and is released with the last tensor that shares them.
  static Tensor from_memory(void* data, Shape shape, DType dtype, std::shared_ptr<void> owner);
  /// Uninitialised, of the same shape, dtype and device as another.
  static Tensor empty_like(const Tensor& other) {
    return empty(other.shape(), other.dtype(), other.device());
  }

  bool defined() const { return storage_ != nullptr; }
  const Shape& shape() const { return shape_; }
  std::int64_t size(int d) const { return shape_[d]; }
  std::int64_t numel() const { return shape_.numel(); }
  DType dtype() const { return dtype_; }
  Device device() const { return device_; }

  /// Where the numbers lie, on the device; nullptr where the tensor is undefined. Throws where T is not the
  /// tensor's dtype.
  template <class T>
  T* data() const;
  /// The numbers without a type.
  void* raw() const { return storage_ ? storage_->data() : nullptr; }
  std::size_t bytes() const { return static_cast<std::size_t>(numel()) * size_in_bytes(dtype_); }
  template <class T>
  std::span<T> span() const;  ///< throws where the CPU cannot reach the numbers (simt, cuda)
  /// A copy of the numbers, converted to T.
  template <class T>
  std::vector<T> to_vector() const;
  /// The value of a tensor of one element.
  double item() const;

  /// The same numbers in another shape (shared, no gradient; functional::reshape has one).
  Tensor view(Shape shape) const;
  /// A copy, without autograd.
  Tensor clone() const;
  /// Converted copies; the tensor itself where nothing is to be done.
  Tensor to(DType dtype) const;
  Tensor to(Device device) const;
  /// Overwrites the numbers with those of another tensor of the same shape, of any dtype and device.
  void copy_from(const Tensor& other);

  /// Whether the first size is this process's share of a batch that several processes share (core/ranks.h).
  /// What is computed from a sharded tensor is sharded; sums over images are not.
  bool sharded() const { return sharded_; }
  void set_sharded(bool on);

  // Autograd, as in PyTorch.
  bool requires_grad() const;
  Tensor& set_requires_grad(bool on = true);
  /// The gradient that backward() accumulated; undefined before.
  Tensor grad() const;
  void set_grad(Tensor grad);
  void zero_grad();
  /// The same numbers without their history.
  Tensor detach() const;
  /// Propagates `cotangent` to every leaf that requires a gradient; without one, from a scalar, 1.
  void backward() const;
  void backward(const Tensor& cotangent) const;

  const std::shared_ptr<GradientState>& gradient_state() const { return gradient_; }
  void set_gradient_state(std::shared_ptr<GradientState> state) { gradient_ = std::move(state); }

 private:
  std::shared_ptr<Storage> storage_;
  Shape shape_;
  DType dtype_ = DType::float32;
  Device device_ = Device::cpu;
  bool sharded_ = false;
  std::shared_ptr<GradientState> gradient_;
};

template <class T>
T* Tensor::data() const {
  if (!defined()) return nullptr;
  if (dtype_of<T> != dtype_) fail("a {} tensor was read as {}", name(dtype_), name(dtype_of<T>));
  return static_cast<T*>(storage_->data());
}

template <class T>
std::span<T> Tensor::span() const {
  if (defined() && !on_host(device_))
    fail("a tensor on {} is read by kernels alone: use to(cpu) first", name(device_));
  return {data<T>(), static_cast<std::size_t>(defined() ? numel() : 0)};
}

template <class T>
Tensor Tensor::from(const std::vector<T>& values, Shape shape, Device device) {
  if (static_cast<std::int64_t>(values.size()) != shape.numel())
    fail("{} values do not fill a tensor of shape {}", values.size(), shape.to_string());
  Tensor t = empty(shape, dtype_of<T>, device);
  copy_bytes(device, t.raw(), Device::cpu, values.data(), t.bytes());
  return t;
}

template <class T>
std::vector<T> Tensor::to_vector() const {
  const Tensor converted = to(Device::cpu).to(dtype_of<T>);
  const auto values = converted.span<T>();
  return {values.begin(), values.end()};
}

}  // namespace norma
