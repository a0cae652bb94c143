// The table: every operation, and which executors implement it.
//
//   yes     a function of the operation's name in the namespace of that executor: cpu::add<T>
//   fused   the same, and it takes an epilogue: ReLU and dropout in the same pass (kernels/norm/epilogue.h)
//   no      a declared hole, which throws when called
//
// conv2d_norm_forward is a convolution and a norm at once, image by image. layers/fusion.h joins layers where
// this table says that a device can. A layer calls kernels<T>.add(x.device(), {…}). In a build without CUDA
// the column cuda is empty.
#pragma once

#include "kernels/activation/add.h"
#include "kernels/activation/fill.h"
#include "kernels/activation/relu.h"
#include "kernels/augment/load_images.h"
#include "kernels/conv/conv2d.h"
#include "kernels/conv/conv2d_norm.h"
#include "kernels/linear/linear.h"
#include "kernels/loss/abs_sum.h"
#include "kernels/loss/correct_count.h"
#include "kernels/loss/log_softmax.h"
#include "kernels/loss/nll_loss.h"
#include "kernels/norm/batch_norm.h"
#include "kernels/norm/group_norm.h"
#include "kernels/norm/layer_norm.h"
#include "kernels/norm/layer_norm_pixel.h"
#include "kernels/norm/rms_norm.h"
#include "kernels/operation.h"
#include "kernels/optim/adam.h"
#include "kernels/optim/begin_step.h"
#include "kernels/optim/sgd.h"
#include "kernels/pool/avg_pool2d.h"
#include "kernels/pool/global_avg_pool.h"
#include "kernels/pool/max_pool2d.h"
#include "kernels/random/dropout.h"
#include "kernels/tensor/combine.h"
#include "kernels/tensor/sum.h"
#include "kernels/tensor/unary.h"

// clang-format off
//                                                                 reference
//                                                                 │      cpu    simt   cuda
#define NORMA_OPERATIONS(OPERATION)                                                            \
  OPERATION(conv2d_forward,            Conv2dForward,              yes,   yes,   yes,   yes)   \
  OPERATION(conv2d_backward_data,      Conv2dBackwardData,         yes,   yes,   yes,   yes)   \
  OPERATION(conv2d_backward_weight,    Conv2dBackwardWeight,       yes,   yes,   yes,   yes)   \
  OPERATION(conv2d_norm_forward,       Conv2dNormForward,          fused, fused, no,    no)    \
  OPERATION(max_pool2d_forward,        MaxPool2dForward,           yes,   yes,   yes,   yes)   \
  OPERATION(max_pool2d_backward,       MaxPool2dBackward,          yes,   yes,   yes,   yes)   \
  OPERATION(max_pool2d_gather,         MaxPool2dGather,            yes,   yes,   yes,   yes)   \
  OPERATION(avg_pool2d_forward,        AvgPool2dForward,           yes,   yes,   yes,   yes)   \
  OPERATION(avg_pool2d_backward,       AvgPool2dBackward,          yes,   yes,   yes,   yes)   \
  OPERATION(global_avg_pool_forward,   GlobalAvgPoolForward,       yes,   yes,   yes,   yes)   \
  OPERATION(global_avg_pool_backward,  GlobalAvgPoolBackward,      yes,   yes,   yes,   yes)   \
  OPERATION(batch_norm_forward,        BatchNormForward,           fused, fused, fused, fused) \
  OPERATION(batch_norm_backward,       BatchNormBackward,          fused, fused, fused, fused) \
  OPERATION(layer_norm_forward,        LayerNormForward,           fused, fused, fused, fused) \
  OPERATION(layer_norm_backward,       LayerNormBackward,          fused, fused, fused, fused) \
  OPERATION(layer_norm_pixel_forward,  LayerNormPixelForward,      fused, fused, fused, fused) \
  OPERATION(layer_norm_pixel_backward, LayerNormPixelBackward,     fused, fused, fused, fused) \
  OPERATION(group_norm_forward,        GroupNormForward,           fused, fused, fused, fused) \
  OPERATION(group_norm_backward,       GroupNormBackward,          fused, fused, fused, fused) \
  OPERATION(rms_norm_forward,          RmsNormForward,             fused, fused, fused, fused) \
  OPERATION(rms_norm_backward,         RmsNormBackward,            fused, fused, fused, fused) \
  OPERATION(relu_forward,              ReluForward,                yes,   yes,   yes,   yes)   \
  OPERATION(relu_backward,             ReluBackward,               yes,   yes,   yes,   yes)   \
  OPERATION(add,                       Add,                        yes,   yes,   yes,   yes)   \
  OPERATION(fill,                      Fill,                       yes,   yes,   yes,   yes)   \
  OPERATION(unary_forward,             UnaryForward,               yes,   yes,   yes,   yes)   \
  OPERATION(unary_backward,            UnaryBackward,              yes,   yes,   yes,   yes)   \
  OPERATION(combine,                   Combine,                    yes,   yes,   yes,   yes)   \
  OPERATION(sum,                       Sum,                        yes,   yes,   yes,   yes)   \
  OPERATION(dropout,                   DropElements,               yes,   yes,   yes,   yes)   \
  OPERATION(linear_forward,            LinearForward,              yes,   yes,   yes,   yes)   \
  OPERATION(linear_backward,           LinearBackward,             yes,   yes,   yes,   yes)   \
  OPERATION(log_softmax_forward,       LogSoftmaxForward,          yes,   yes,   yes,   yes)   \
  OPERATION(log_softmax_backward,      LogSoftmaxBackward,         yes,   yes,   yes,   yes)   \
  OPERATION(nll_loss_forward,          NllLossForward,             yes,   yes,   yes,   yes)   \
  OPERATION(nll_loss_backward,         NllLossBackward,            yes,   yes,   yes,   yes)   \
  OPERATION(correct_count,             CorrectCount,               yes,   yes,   yes,   yes)   \
  OPERATION(abs_sum_forward,           AbsSumForward,              yes,   yes,   yes,   yes)   \
  OPERATION(abs_sum_backward,          AbsSumBackward,             yes,   yes,   yes,   yes)   \
  OPERATION(sgd_step,                  SgdStep,                    yes,   yes,   yes,   yes)   \
  OPERATION(adam_step,                 AdamStep,                   yes,   yes,   yes,   yes)   \
  OPERATION(begin_step,                BeginStep,                  yes,   yes,   yes,   yes)   \
  OPERATION(load_images,               LoadImages,                 yes,   yes,   yes,   yes)   \
  OPERATION(keep_score,                KeepScore,                  yes,   yes,   yes,   yes)
// clang-format on

namespace norma {

template <class T>
struct Kernels {
#define NORMA_MEMBER(name, Args, ref, cpu_, simt_, cuda_) Operation<Args<T>> name;
  NORMA_OPERATIONS(NORMA_MEMBER)
#undef NORMA_MEMBER

  /// Calls f(operation) for every line, from top to bottom.
  template <class F>
  constexpr void for_each(F&& f) const {
#define NORMA_VISIT(name, Args, ref, cpu_, simt_, cuda_) f(name);
    NORMA_OPERATIONS(NORMA_VISIT)
#undef NORMA_VISIT
  }

  /// Whether all norms take an epilogue on this device, forward and backward.
  constexpr bool norms_take_epilogues(Device device) const {
    bool all = true;
    for_each([&]<class Args>(const Operation<Args>& operation) {
      if constexpr (requires(Args args) { args.after; }) all = all && operation.takes_epilogue(device);
    });
    return all;
  }
};

// Defined in table.cpp, because it depends on whether the build has CUDA.
extern const Kernels<float> kernels_float;
extern const Kernels<double> kernels_double;

/// kernels<float> and kernels<double>
template <class T>
inline constexpr const Kernels<T>& kernels = kernels_float;
template <>
inline constexpr const Kernels<double>& kernels<double> = kernels_double;

}  // namespace norma
