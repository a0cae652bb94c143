// The table: every operation and who implements it, all seen together.
//
// `yes` in a column stands for a function of the operation's name in the namespace of that executor, so that
// `batch_norm_forward … yes yes` is reference::batch_norm_forward<T> and cpu::batch_norm_forward<T>; `no` is
// a declared hole, which throws when called. The column cuda is empty in a build without CUDA. A layer calls `kernels<T>.batch_norm_forward(x.device(), {…})`.
#pragma once

#include "kernels/activation/add.h"
#include "kernels/activation/fill.h"
#include "kernels/activation/relu.h"
#include "kernels/augment/load_images.h"
#include "kernels/conv/conv2d.h"
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
#include "kernels/optim/sgd.h"
#include "kernels/pool/avg_pool2d.h"
#include "kernels/pool/global_avg_pool.h"
#include "kernels/pool/max_pool2d.h"
#include "kernels/random/dropout.h"

// clang-format off
//                                                                       reference  cpu  simt  cuda
#define NORMA_OPERATIONS(OPERATION)                                                                   \
  OPERATION(conv2d_forward,            Conv2dForward,                      yes,     yes,  yes, yes)   \
  OPERATION(conv2d_backward_data,      Conv2dBackwardData,                 yes,     yes,  yes, yes)   \
  OPERATION(conv2d_backward_weight,    Conv2dBackwardWeight,               yes,     yes,  yes, yes)   \
  OPERATION(max_pool2d_forward,        MaxPool2dForward,                   yes,     yes,  yes, yes)   \
  OPERATION(max_pool2d_backward,       MaxPool2dBackward,                  yes,     yes,  yes, yes)   \
  OPERATION(avg_pool2d_forward,        AvgPool2dForward,                   yes,     yes,  yes, yes)   \
  OPERATION(avg_pool2d_backward,       AvgPool2dBackward,                  yes,     yes,  yes, yes)   \
  OPERATION(global_avg_pool_forward,   GlobalAvgPoolForward,               yes,     yes,  yes, yes)   \
  OPERATION(global_avg_pool_backward,  GlobalAvgPoolBackward,              yes,     yes,  yes, yes)   \
  OPERATION(batch_norm_forward,        BatchNormForward,                   yes,     yes,  yes, yes)   \
  OPERATION(batch_norm_backward,       BatchNormBackward,                  yes,     yes,  yes, yes)   \
  OPERATION(layer_norm_forward,        LayerNormForward,                   yes,     yes,  yes, yes)   \
  OPERATION(layer_norm_backward,       LayerNormBackward,                  yes,     yes,  yes, yes)   \
  OPERATION(layer_norm_pixel_forward,  LayerNormPixelForward,              yes,     yes,  yes, yes)   \
  OPERATION(layer_norm_pixel_backward, LayerNormPixelBackward,             yes,     yes,  yes, yes)   \
  OPERATION(group_norm_forward,        GroupNormForward,                   yes,     yes,  yes, yes)   \
  OPERATION(group_norm_backward,       GroupNormBackward,                  yes,     yes,  yes, yes)   \
  OPERATION(rms_norm_forward,          RmsNormForward,                     yes,     yes,  yes, yes)   \
  OPERATION(rms_norm_backward,         RmsNormBackward,                    yes,     yes,  yes, yes)   \
  OPERATION(relu_forward,              ReluForward,                        yes,     yes,  yes, yes)   \
  OPERATION(relu_backward,             ReluBackward,                       yes,     yes,  yes, yes)   \
  OPERATION(add,                       Add,                                yes,     yes,  yes, yes)   \
  OPERATION(fill,                      Fill,                               yes,     yes,  yes, yes)   \
  OPERATION(dropout,                   DropElements,                       yes,     yes,  yes, yes)   \
  OPERATION(linear_forward,            LinearForward,                      yes,     yes,  yes, yes)   \
  OPERATION(linear_backward,           LinearBackward,                     yes,     yes,  yes, yes)   \
  OPERATION(log_softmax_forward,       LogSoftmaxForward,                  yes,     yes,  yes, yes)   \
  OPERATION(log_softmax_backward,      LogSoftmaxBackward,                 yes,     yes,  yes, yes)   \
  OPERATION(nll_loss_forward,          NllLossForward,                     yes,     yes,  yes, yes)   \
  OPERATION(nll_loss_backward,         NllLossBackward,                    yes,     yes,  yes, yes)   \
  OPERATION(correct_count,             CorrectCount,                       yes,     yes,  yes, yes)   \
  OPERATION(abs_sum_forward,           AbsSumForward,                      yes,     yes,  yes, yes)   \
  OPERATION(abs_sum_backward,          AbsSumBackward,                     yes,     yes,  yes, yes)   \
  OPERATION(sgd_step,                  SgdStep,                            yes,     yes,  yes, yes)   \
  OPERATION(adam_step,                 AdamStep,                           yes,     yes,  yes, yes)   \
  OPERATION(load_images,               LoadImages,                         yes,     yes,  yes, yes)
// clang-format on

namespace norma {

#define NORMA_SLOT_yes(executor, name) executor::name<T>
#define NORMA_SLOT_no(executor, name) nullptr
#ifdef NORMA_CUDA
#define NORMA_CUDA_SLOT_yes NORMA_SLOT_yes
#else
#define NORMA_CUDA_SLOT_yes NORMA_SLOT_no
#endif
#define NORMA_CUDA_SLOT_no NORMA_SLOT_no

template <class T>
struct Kernels {
#define NORMA_MEMBER(name, Args, ref, cpu_, simt_, cuda_)                                   \
  Operation<Args<T>> name{#name,                                                            \
                          {NORMA_SLOT_##ref(reference, name), NORMA_SLOT_##cpu_(cpu, name), \
                           NORMA_SLOT_##simt_(simt, name), NORMA_CUDA_SLOT_##cuda_(cuda, name)}};
  NORMA_OPERATIONS(NORMA_MEMBER)
#undef NORMA_MEMBER

  /// Calls f(operation) for every line, from top to bottom.
  template <class F>
  void for_each(F&& f) const {
#define NORMA_VISIT(name, Args, ref, cpu_, simt_, cuda_) f(name);
    NORMA_OPERATIONS(NORMA_VISIT)
#undef NORMA_VISIT
  }
};

#undef NORMA_SLOT_yes
#undef NORMA_SLOT_no
#undef NORMA_CUDA_SLOT_yes
#undef NORMA_CUDA_SLOT_no

template <class T>
inline constexpr Kernels<T> kernels{};

}  // namespace norma
