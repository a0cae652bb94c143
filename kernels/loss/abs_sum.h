// The L1 penalty of one tensor: y = factor·Σ |x|. Backward: dx = dy·factor·sign(x), with sign(0) = 0.
#pragma once

#include <cstdint>

namespace norma {

template <class T>
struct AbsSumForward {
  std::int64_t count;
  double factor;
  const T* x;
  T* y;  ///< one number
};

template <class T>
struct AbsSumBackward {
  std::int64_t count;
  double factor;
  const T* dy;  ///< one number
  const T* x;
  T* dx;
};

namespace reference {
template <class T>
void abs_sum_forward(const AbsSumForward<T>& a);
template <class T>
void abs_sum_backward(const AbsSumBackward<T>& a);
}  // namespace reference

namespace cpu {
template <class T>
void abs_sum_forward(const AbsSumForward<T>& a);
template <class T>
void abs_sum_backward(const AbsSumBackward<T>& a);
}  // namespace cpu

namespace simt {
template <class T>
void abs_sum_forward(const AbsSumForward<T>& a);
template <class T>
void abs_sum_backward(const AbsSumBackward<T>& a);
}  // namespace simt

namespace cuda {
template <class T>
void abs_sum_forward(const AbsSumForward<T>& a);
template <class T>
void abs_sum_backward(const AbsSumBackward<T>& a);
}  // namespace cuda

}  // namespace norma
