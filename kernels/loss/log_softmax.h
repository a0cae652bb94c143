// Log-softmax over rows: y = x − max − log Σ exp(x − max). Backward: dx = dy − exp(y)·Σ dy.
#pragma once

#include <cstdint>

namespace norma {

template <class T>
struct LogSoftmaxForward {
  std::int64_t rows, classes;
  const T* x;  ///< [rows, classes]
  T* y;
};

template <class T>
struct LogSoftmaxBackward {
  std::int64_t rows, classes;
  const T* dy;
  const T* y;
  T* dx;
};

namespace reference {
template <class T>
void log_softmax_forward(const LogSoftmaxForward<T>& a);
template <class T>
void log_softmax_backward(const LogSoftmaxBackward<T>& a);
}  // namespace reference

namespace cpu {
template <class T>
void log_softmax_forward(const LogSoftmaxForward<T>& a);
template <class T>
void log_softmax_backward(const LogSoftmaxBackward<T>& a);
}  // namespace cpu

namespace simt {
template <class T>
void log_softmax_forward(const LogSoftmaxForward<T>& a);
template <class T>
void log_softmax_backward(const LogSoftmaxBackward<T>& a);
}  // namespace simt

namespace cuda {
template <class T>
void log_softmax_forward(const LogSoftmaxForward<T>& a);
template <class T>
void log_softmax_backward(const LogSoftmaxBackward<T>& a);
}  // namespace cuda

}  // namespace norma
