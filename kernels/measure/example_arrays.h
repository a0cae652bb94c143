// The arrays of one example call: named, filled with the same numbers for every device and dtype (each number
// fits a float), so that results can be compared.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "kernels/operation.h"

namespace norma {

class ExampleArrays {
 public:
  struct Array {
    std::string name;  ///< as in the argument struct
    bool input, output;
    std::size_t bytes;
    Tensor tensor;  ///< undefined without a device
  };

  /// Without a device nothing is allocated, and every pointer is nullptr: then only sizes and costs can be
  /// computed.
  explicit ExampleArrays(std::optional<Device> device);
  // Not inline: code with memory-access hooks (kernels/simt/counters.h) cannot count the references of a
  // Tensor.
  ExampleArrays(ExampleArrays&&) noexcept;
  ~ExampleArrays();

  /// Read by the operation: uniform in [low, high).
  template <class T>
  const T* in(const std::string& name, std::int64_t count, double low = -1, double high = 1) {
    return pointer<T>(add(name, true, false, random(dtype_of<T>, count, low, high), count * size<T>));
  }
  /// Written by it.
  template <class T>
  T* out(const std::string& name, std::int64_t count) {
    return pointer<T>(add(name, false, true, empty(dtype_of<T>, count), count * size<T>));
  }
  /// Read, then written; starts as in() does.
  template <class T>
  T* in_out(const std::string& name, std::int64_t count, double low = -1, double high = 1) {
    return pointer<T>(add(name, true, true, random(dtype_of<T>, count, low, high), count * size<T>));
  }
  /// Read: f(0), f(1), …
  template <class F>
  const std::int64_t* whole(const std::string& name, std::int64_t count, F f) {
    Tensor t;
    if (device_) {
      t = Tensor::empty({count}, DType::int64);
      std::int64_t i = 0;
      for (std::int64_t& value : t.span<std::int64_t>()) value = f(i++);
      t = t.to(*device_);
    }
    return pointer<std::int64_t>(add(name, true, false, t, count * size<std::int64_t>));
  }
  /// Read: random bytes.
  const std::uint8_t* bytes(const std::string& name, std::int64_t count);
  /// Read. Another operation computes it first, in `before` below.
  template <class T>
  T* result(const std::string& name, std::int64_t count) {
    return pointer<T>(add(name, true, false, empty(dtype_of<T>, count), count * size<T>));
  }

  /// Memory that only `before` uses, not the example's operation: to be written, or read as in()'s.
  template <class T>
  T* hidden(std::int64_t count) {
    return pointer<T>(hidden_.emplace_back(empty(dtype_of<T>, count)));
  }
  template <class T>
  const T* hidden_in(std::int64_t count) {
    return pointer<T>(hidden_.emplace_back(random(dtype_of<T>, count, -1, 1)));
  }
  /// Runs another operation now.
  template <class Args>
  void before(const Operation<Args>& operation, const Args& args) {
    if (device_) operation(*device_, args);
  }

  std::optional<Device> device() const { return device_; }
  /// In the order in which they were made.
  const std::vector<Array>& all() const { return arrays_; }
  /// The written arrays: first those that are only output, then those that are also input.
  std::vector<Tensor> outputs() const;
  /// The bytes that any kernel must read and write: each input once, each output once.
  std::uint64_t bytes_in() const { return sum(&Array::input); }
  std::uint64_t bytes_out() const { return sum(&Array::output); }

 private:
  template <class T>
  static constexpr std::int64_t size = sizeof(T);

  template <class T>
  static T* pointer(const Tensor& t) {
    return static_cast<T*>(t.raw());
  }
  const Tensor& add(const std::string& name, bool input, bool output, Tensor tensor, std::int64_t bytes);
  Tensor empty(DType dtype, std::int64_t count) const;
  Tensor random(DType dtype, std::int64_t count, double low, double high);
  std::uint64_t sum(bool Array::*which) const;

  std::optional<Device> device_;
  std::uint32_t stream_ = 0;  // of random numbers
  std::vector<Array> arrays_;
  std::vector<Tensor> hidden_;
};

}  // namespace norma
