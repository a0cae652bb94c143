// Makers of cases, a function an operation; bench/cases.cpp says at which sizes.
#pragma once

#include "bench/case.h"
#include "kernels/conv/conv2d.h"
#include "kernels/pool/window.h"

namespace norma {

enum class Direction { forward, backward };

/// x of a norm: N×C×H×W.
struct NormSize {
  std::int64_t n, c, h, w;
  std::int64_t groups = 1;  ///< of group norm
  std::int64_t hw() const { return h * w; }
};

Case conv2d_forward_case(const Conv2dShape& s);
Case conv2d_backward_data_case(const Conv2dShape& s);
Case conv2d_backward_weight_case(const Conv2dShape& s);
/// With group norm, ReLU and channel dropout, as a block of c11-48096 runs it.
Case conv2d_norm_case(const Conv2dShape& s, std::int64_t groups);
Case linear_case(Direction direction, std::int64_t n, std::int64_t in, std::int64_t out);

Case batch_norm_case(Direction direction, const NormSize& s);
Case group_norm_case(Direction direction, const NormSize& s);
/// A step of kernels/norm/steps, by its place in the list.
Case group_norm_step_case(Direction direction, const NormSize& s, std::size_t step);
/// `ln-chw`: one weight an element.
Case layer_norm_case(Direction direction, const NormSize& s);
Case layer_norm_pixel_case(Direction direction, const NormSize& s);

/// s.planes = batch · channels.
Case max_pool2d_case(Direction direction, std::int64_t batch, const PoolShape& s);
Case avg_pool2d_case(Direction direction, std::int64_t batch, const PoolShape& s);
Case global_avg_pool_case(Direction direction, const NormSize& s);

Case relu_case(Direction direction, const NormSize& s);
Case add_case(const NormSize& s);
Case dropout_case(const NormSize& s);  ///< Dropout2d; its backward is the same call
Case load_images_case(const NormSize& s);

Case log_softmax_case(Direction direction, std::int64_t rows, std::int64_t classes);
Case nll_loss_case(Direction direction, std::int64_t rows, std::int64_t classes);
Case correct_count_case(std::int64_t rows, std::int64_t classes);

Case abs_sum_case(Direction direction, std::int64_t count);
Case fill_case(std::int64_t count);
Case sgd_case(std::int64_t count);
Case adam_case(std::int64_t count);

}  // namespace norma
