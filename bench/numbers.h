// Numbers: allocates what one operation reads and writes, and keeps the account of bytes.
//
//   Numbers<T> v(device);
//   const ReluForward<T> args{count, v.input({count}), v.output({count})};
//   return v.work([args](Device d) { kernels<T>.relu_forward(d, args); });
//
// Inputs are the same numbers for every device and dtype (each fits a float), so that results can be compared.
#pragma once

#include "bench/case.h"
#include "core/parallel.h"
#include "core/random.h"

namespace norma {

template <class T>
class Numbers {
 public:
  using Type = T;

  explicit Numbers(Device device) : device_(device) {}

  /// Uniform in [low, high).
  const T* input(const Shape& shape, double low = -1, double high = 1) {
    return read(random(shape, low, high)).template data<T>();
  }
  /// Read and written, hence twice in the account; starts as input() does.
  T* in_out(const Shape& shape, double low = -1, double high = 1) {
    return read(written(random(shape, low, high))).template data<T>();
  }
  /// Compared with the reference. Outputs in the order of calls.
  template <class U = T>
  U* output(const Shape& shape) {
    return written(keep(Tensor::empty(shape, dtype_of<U>, device_))).template data<U>();
  }
  /// As output() of some other operation, which has to run first; this one reads it. Not compared.
  template <class U = T>
  U* result(const Shape& shape) {
    return read(keep(Tensor::empty(shape, dtype_of<U>, device_))).template data<U>();
  }
  /// Numbers that neither count nor are compared: what the operation that runs first needs for itself.
  const T* hidden_input(const Shape& shape) { return random(shape, -1, 1).template data<T>(); }
  T* hidden_output(const Shape& shape) {
    return keep(Tensor::empty(shape, dtype_of<T>, device_)).template data<T>();
  }
  /// Whole numbers in [0, below).
  template <class U = std::int64_t>
  const U* whole(const Shape& shape, std::uint32_t below) {
    const Tensor t = Tensor::empty(shape, dtype_of<U>);
    const RandomSequence sequence{.seed = 1, .stream = next_++};
    std::uint64_t i = 0;
    for (U& value : t.span<U>()) value = static_cast<U>(sequence.word(i++) % below);
    return read(keep(t.to(device_))).template data<U>();
  }

  Device device() const { return device_; }

  template <class Run>
  Work work(Run run) {
    work_.run = [run, device = device_] { run(device); };
    return std::move(work_);
  }

 private:
  Tensor keep(Tensor t) { return work_.kept.emplace_back(std::move(t)); }
  Tensor read(Tensor t) { return work_.bytes += static_cast<std::int64_t>(t.bytes()), t; }
  Tensor written(Tensor t) { return work_.outputs.push_back(t), read(t); }

  Tensor random(const Shape& shape, double low, double high) {
    const Tensor t = Tensor::empty(shape, dtype_of<T>);
    const RandomSequence sequence{.seed = 1, .stream = next_++};
    T* const values = t.data<T>();
    parallel_ranges(t.numel(), elementwise_grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; i += 4) {
        const auto words = sequence.block(static_cast<std::uint64_t>(i / 4));
        for (std::int64_t k = i; k < std::min(i + 4, end); ++k)
          values[k] = static_cast<float>(low + (high - low) * RandomSequence::to_uniform(words[k - i]));
      }
    });
    return keep(t.to(device_));
  }

  Device device_;
  std::uint32_t next_ = 0;  // sequence of random numbers
  Work work_;
};

/// A case's `make` from f(Numbers<T>, batch), which is written once for float and double.
template <class F>
auto made_by(F f) {
  return [f](Device device, DType dtype, std::int64_t batch) {
    return dispatch_float("a benchmark", dtype, [&]<class T>() { return f(Numbers<T>(device), batch); });
  };
}

}  // namespace norma
