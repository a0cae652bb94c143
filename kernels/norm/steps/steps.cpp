#include "kernels/norm/steps/steps.h"

namespace norma {

// A build without CUDA has no functions in namespace cuda.
#ifdef NORMA_CUDA
#define NORMA_STEP(name, change) {change, {#name, {nullptr, nullptr, simt::name<T>, cuda::name<T>}}},
#else
#define NORMA_STEP(name, change) {change, {#name, {nullptr, nullptr, simt::name<T>, nullptr}}},
#endif

template <class T>
std::span<const Step<GroupNormForward<T>>> group_norm_forward_steps() {
  static constexpr Step<GroupNormForward<T>> steps[] = {NORMA_GROUP_NORM_FORWARD_STEPS(NORMA_STEP)};
  return steps;
}

template <class T>
std::span<const Step<GroupNormBackward<T>>> group_norm_backward_steps() {
  static constexpr Step<GroupNormBackward<T>> steps[] = {NORMA_GROUP_NORM_BACKWARD_STEPS(NORMA_STEP)};
  return steps;
}

template std::span<const Step<GroupNormForward<float>>> group_norm_forward_steps<float>();
template std::span<const Step<GroupNormForward<double>>> group_norm_forward_steps<double>();
template std::span<const Step<GroupNormBackward<float>>> group_norm_backward_steps<float>();
template std::span<const Step<GroupNormBackward<double>>> group_norm_backward_steps<double>();

}  // namespace norma
