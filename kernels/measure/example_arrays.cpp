#include "kernels/measure/example_arrays.h"

#include "core/parallel.h"
#include "core/random.h"

namespace norma {

ExampleArrays::ExampleArrays(std::optional<Device> device) : device_(device) {}
ExampleArrays::ExampleArrays(ExampleArrays&&) noexcept = default;
ExampleArrays::~ExampleArrays() = default;

const std::uint8_t* ExampleArrays::bytes(const std::string& name, std::int64_t count) {
  Tensor t;
  const RandomSequence sequence{.seed = 1, .stream = stream_++};
  if (device_) {
    t = Tensor::empty({count}, DType::uint8);
    std::uint64_t i = 0;
    for (std::uint8_t& value : t.span<std::uint8_t>())
      value = static_cast<std::uint8_t>(sequence.word(i++) >> 24);
    t = t.to(*device_);
  }
  return pointer<std::uint8_t>(add(name, true, false, t, count));
}

std::vector<Tensor> ExampleArrays::outputs() const {
  std::vector<Tensor> outputs;
  for (const bool input : {false, true})
    for (const Array& a : arrays_)
      if (a.output && a.input == input) outputs.push_back(a.tensor);
  return outputs;
}

const Tensor& ExampleArrays::add(const std::string& name, bool input, bool output, Tensor tensor,
                                 std::int64_t bytes) {
  arrays_.push_back({name, input, output, static_cast<std::size_t>(bytes), std::move(tensor)});
  return arrays_.back().tensor;
}

Tensor ExampleArrays::empty(DType dtype, std::int64_t count) const {
  return device_ ? Tensor::empty({count}, dtype, *device_) : Tensor();
}

Tensor ExampleArrays::random(DType dtype, std::int64_t count, double low, double high) {
  const RandomSequence sequence{.seed = 1, .stream = stream_++};
  if (!device_) return Tensor();
  const Tensor t = Tensor::empty({count}, dtype);
  dispatch_float("an example", dtype, [&]<class T>() {
    T* const values = t.data<T>();
    parallel_ranges(count, elementwise_grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; i += 4) {
        const auto words = sequence.block(static_cast<std::uint64_t>(i / 4));
        for (std::int64_t k = i; k < std::min(i + 4, end); ++k)
          values[k] = static_cast<float>(low + (high - low) * RandomSequence::to_uniform(words[k - i]));
      }
    });
  });
  return t.to(*device_);
}

std::uint64_t ExampleArrays::sum(bool Array::*which) const {
  std::uint64_t bytes = 0;
  for (const Array& array : arrays_) bytes += array.*which ? array.bytes : 0;
  return bytes;
}

}  // namespace norma
