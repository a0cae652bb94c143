#include "kernels/conv/conv2d.h"

#include <cstring>

#include "core/parallel.h"
#include "kernels/scratch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv/conv2d_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/conv/conv2d_winograd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

template <class T>
void conv2d_forward(const Conv2dForward<T>& a) {
  const Conv2dShape& s = a.s;
  const std::int64_t taps = s.c * s.kernel_h * s.kernel_w, pitch = whole_vectors<T>(s.k);
  const Scratch<T> w(taps * pitch);  // [c][tap][k]
  planes_to_pixels(a.weight, taps, s.k, taps, w.data(), pitch);
  winograd_correlate({s.n, s.c, s.h, s.w, s.k, s.out_h(), s.out_w(), s.pad_h, s.pad_w}, a.x,
                     [&](std::int64_t c, std::int64_t tap) { return w.data() + (c * 9 + tap) * pitch; }, a.bias, a.y);
}

template <class T>
void conv2d_backward_data(const Conv2dBackwardData<T>& a) {
  const Conv2dShape& s = a.s;
  const std::int64_t pitch = whole_vectors<T>(s.c);
  const Scratch<T> w(s.k * 9 * pitch);  // [k][tap][c]
  for (std::int64_t k = 0; k < s.k; ++k)
    planes_to_pixels(a.weight + k * s.c * 9, 9, s.c, 9, w.data() + k * 9 * pitch, pitch);
  winograd_correlate({s.n, s.k, s.out_h(), s.out_w(), s.c, s.h, s.w, 2 - s.pad_h, 2 - s.pad_w}, a.dy,
                     [&](std::int64_t k, std::int64_t tap) { return w.data() + (k * 9 + 8 - tap) * pitch; }, static_cast<const T*>(nullptr), a.dx);
}

template <class T>
void conv2d_backward_weight(const Conv2dBackwardWeight<T>& a) {
  const Conv2dShape& s = a.s;
  winograd_weight_gradient({s.n, s.c, s.h, s.w, s.k, s.out_h(), s.out_w(), s.pad_h, s.pad_w}, a.x, a.dy, a.dweight);
}

NORMA_SIMD_INSTANTIATE(conv2d_forward, Conv2dForward)
NORMA_SIMD_INSTANTIATE(conv2d_backward_data, Conv2dBackwardData)
NORMA_SIMD_INSTANTIATE(conv2d_backward_weight, Conv2dBackwardWeight)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(conv2d_forward, Conv2dForward)
NORMA_SIMD_EXPORT(conv2d_backward_data, Conv2dBackwardData)
NORMA_SIMD_EXPORT(conv2d_backward_weight, Conv2dBackwardWeight)
}  // namespace norma::cpu
#endif
