#include "kernels/measure/ceilings.h"

#include <algorithm>
#include <cstring>

#include "core/parallel.h"
#include "core/tensor.h"
#include "kernels/measure/fma_loop.h"
#include "kernels/measure/stopwatch.h"
#include "kernels/operation.h"

namespace norma {
namespace {

// Few bytes on simt, which is slow and whose speed does not matter.
std::int64_t bytes_to_copy(Device device) { return std::int64_t{1} << (device == Device::simt ? 20 : 28); }

// Every thread copies one stretch: a large memcpy does not read the memory that it overwrites.
void copy_on_cpu(const Tensor& from, const Tensor& to) {
  const auto bytes = static_cast<std::int64_t>(from.bytes()), grain = (bytes + threads() - 1) / threads();
  parallel_ranges(bytes, grain, [&](std::int64_t begin, std::int64_t end) {
    std::memcpy(static_cast<char*>(to.raw()) + begin, static_cast<const char*>(from.raw()) + begin,
                static_cast<std::size_t>(end - begin));
  });
}

// The fastest of many tries in half a second, because other processes may slow down some of them.
template <class F>
double fastest(Device device, F f) {
  Samples samples;
  f();
  const Clock clock;
  while (samples.seconds.size() < 8 || clock.seconds() < 0.5)
    samples.seconds.push_back(time_calls(device, 1, f));
  return samples.least();
}

double copy_rate(Device device) {
  const std::int64_t count = bytes_to_copy(device) / 4;
  const Tensor from = Tensor::zeros({count}, DType::float32, device);
  Tensor to = Tensor::zeros({count}, DType::float32, device);
  const double seconds = fastest(device, [&] {
    if (device == Device::cpu)
      copy_on_cpu(from, to);
    else
      to.copy_from(from);
  });
  return 2.0 * static_cast<double>(from.bytes()) / seconds;
}

template <class T>
constexpr Operation<FmaLoop<T>> fma_loop{"fma_loop",
                                         {nullptr, cpu::fma_loop<T>, simt::fma_loop<T>,
#ifdef NORMA_CUDA
                                          cuda::fma_loop<T>
#else
                                          nullptr
#endif
                                         }};

template <class T>
double fma_rate(Device device) {
  const std::int64_t lanes = device == Device::cuda ? 1 << 19 : device == Device::simt ? 1 << 10 : 1 << 14;
  const std::int64_t rounds = device == Device::cuda ? 4096 : device == Device::simt ? 16 : 512;
  const Tensor out = Tensor::empty({lanes}, dtype_of<T>, device);
  const FmaLoop<T> args{rounds, lanes, out.data<T>()};
  return args.flops() / fastest(device, [&] { fma_loop<T>(device, args); });
}

}  // namespace

double Ceilings::seconds(double bytes, double flops) const {
  return std::max(bytes / bytes_a_second, flops / flops_a_second);
}

bool Ceilings::memory_binds(double bytes, double flops) const {
  return bytes / bytes_a_second >= flops / flops_a_second;
}

Ceilings measure_ceilings(Device device, DType dtype) {
  return {copy_rate(device),
          dispatch_float("a ceiling", dtype, [&]<class T>() { return fma_rate<T>(device); })};
}

}  // namespace norma
