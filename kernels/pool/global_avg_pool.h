// Global average pooling: y[n, c] = the mean of plane (n, c). Backward: dx = dy/(H·W) all over the plane.
#pragma once

#include <cstdint>

namespace norma {

template <class T>
struct GlobalAvgPoolForward {
  std::int64_t planes, hw;  ///< N·C and H·W
  const T* x;
  T* y;  ///< [N·C]
};

template <class T>
struct GlobalAvgPoolBackward {
  std::int64_t planes, hw;
  const T* dy;
  T* dx;
};

namespace reference {
template <class T>
void global_avg_pool_forward(const GlobalAvgPoolForward<T>& a);
template <class T>
void global_avg_pool_backward(const GlobalAvgPoolBackward<T>& a);
}  // namespace reference

namespace cpu {
template <class T>
void global_avg_pool_forward(const GlobalAvgPoolForward<T>& a);
template <class T>
void global_avg_pool_backward(const GlobalAvgPoolBackward<T>& a);
}  // namespace cpu

namespace simt {
template <class T>
void global_avg_pool_forward(const GlobalAvgPoolForward<T>& a);
template <class T>
void global_avg_pool_backward(const GlobalAvgPoolBackward<T>& a);
}  // namespace simt

namespace cuda {
template <class T>
void global_avg_pool_forward(const GlobalAvgPoolForward<T>& a);
template <class T>
void global_avg_pool_backward(const GlobalAvgPoolBackward<T>& a);
}  // namespace cuda

}  // namespace norma
