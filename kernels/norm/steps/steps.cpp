#include "kernels/norm/steps/steps.h"

namespace norma {

#define NORMA_STEP(name, change) {change, {#name, NORMA_STEP_ON_GPUS(name<T>)}},

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
