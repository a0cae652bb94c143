// Rectified linear unit: y = max(x, 0), NaN stays NaN. Backward: dx = dy where y > 0, else 0.
#pragma once

#include <cstdint>

namespace norma {

template <class T>
struct ReluForward {
  std::int64_t count;
  const T* x;
  T* y;
};

template <class T>
struct ReluBackward {
  std::int64_t count;
  const T* dy;
  const T* y;
  T* dx;
};

namespace reference {
template <class T>
void relu_forward(const ReluForward<T>& a);
template <class T>
void relu_backward(const ReluBackward<T>& a);
}  // namespace reference

namespace cpu {
template <class T>
void relu_forward(const ReluForward<T>& a);
template <class T>
void relu_backward(const ReluBackward<T>& a);
}  // namespace cpu

namespace simt {
template <class T>
void relu_forward(const ReluForward<T>& a);
template <class T>
void relu_backward(const ReluBackward<T>& a);
}  // namespace simt

namespace cuda {
template <class T>
void relu_forward(const ReluForward<T>& a);
template <class T>
void relu_backward(const ReluBackward<T>& a);
}  // namespace cuda

}  // namespace norma
