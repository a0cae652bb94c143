#include "kernels/measure/kernel_figures.h"

namespace norma {

const std::vector<KernelFigures>& kernel_figures() {
  static const std::vector<KernelFigures> all = {
      {"avg_pool2d_backward_warp_per_plane", 40, 0},
      {"avg_pool2d_forward_warp_per_plane", 40, 0},
      {"begin_step_kernel", 26, 0},
      {"clear_means", 8, 0},
      {"combine_repeated", 38, 0},
      {"constant_statistics", 18, 0},
      {"correlate_3x3<1", 128, 34176, 0.75, 35},
      {"correlate_3x3<2", 122, 21120, 0.76, 21},
      {"correlate_3x3<4", 128, 18048, 0.73, 17},
      {"correlate_3x3<8", 210, 23424, 0.68, 22},
      {"correlate_3x3_mma<1, tf32", 84, 22088, 0.026, 22, Precision::tf32},
      {"correlate_3x3_mma<1, bf16", 84, 22088, 0.018, 22, Precision::bf16},
      {"correlate_3x3_mma<2, tf32", 120, 31304, 0.044, 26, Precision::tf32},
      {"correlate_3x3_mma<2, bf16", 120, 31304, 0.031, 26, Precision::bf16},
      {"correlate_3x3_mma<4, tf32", 168, 40520, 0.059, 35, Precision::tf32},
      {"correlate_3x3_mma<4, bf16", 168, 40520, 0.044, 35, Precision::bf16},
      {"depthwise_backward_data", 40, 0},
      {"depthwise_backward_weight", 36, 128},
      {"depthwise_forward", 40, 0},
      {"draw_factors", 20, 0},
      {"dropout_elements", 36, 0},
      {"dropout_warp_per_run", 32, 0},
      {"fma_kernel", 30, 0},
      {"group_means", 32, 0},
      {"image_means", 32, 0},
      {"keep_score_kernel", 28, 0},
      {"load_images_block_per_image", 40, 4096},
      {"log_softmax_backward_warp_per_row", 32, 0},
      {"log_softmax_forward_warp_per_row", 32, 0},
      {"map_kernel", 32, 0},
      {"map_kernel<1, Slope", 56, 0},
      {"map_kernel<1, Value", 56, 0},
      {"map_kernel<2, Slope", 56, 0},
      {"map_kernel<2, Value", 56, 0},
      {"map_kernel<4, Slope", 56, 0},
      {"map_kernel<4, Value", 56, 0},
      {"map_list_kernel", 58, 0},
      {"max_pool2d_backward_warp_per_plane", 40, 0},
      {"max_pool2d_gather_warp_per_plane", 32, 0},
      {"max_pool2d_forward_warp_per_plane", 32, 0},
      {"multiply_tiles<1", 118, 10624, 0.18, 5},
      {"multiply_tiles<2", 98, 12800, 0.30, 6},
      {"multiply_tiles<4", 119, 17152, 0.43, 8},
      {"multiply_tiles_mma<1, tf32", 104, 12800, 0.008, 5, Precision::tf32},
      {"multiply_tiles_mma<1, bf16", 104, 12800, 0.0047, 5, Precision::bf16},
      {"multiply_tiles_mma<2, tf32", 116, 15360, 0.014, 6, Precision::tf32},
      {"multiply_tiles_mma<2, bf16", 116, 15360, 0.008, 6, Precision::bf16},
      {"multiply_tiles_mma<4, tf32", 126, 20480, 0.024, 8, Precision::tf32},
      {"multiply_tiles_mma<4, bf16", 126, 20480, 0.014, 8, Precision::bf16},
      {"nll_loss_backward_warp_per_row", 32, 0},
      {"normalize_block_per_set", 64, 140},
      {"normalize_warp_per_set", 68, 0},
      {"pixel_dx", 32, 1024},
      {"pixel_normalize", 84, 1408},
      {"plane_means", 64, 0},
      {"pointwise_weight_gradient<1", 76, 0, 0.16, 12},
      {"pointwise_weight_gradient<4", 128, 0, 0.40, 12},
      {"probe", 4, 0},
      {"run_backward_sums", 52, 0},
      {"run_dx", 52, 0},
      {"run_moments", 50, 0},
      {"run_normalize", 32, 0},
      {"spread_over_planes", 28, 0},
      {"sum_down", 32, 0},
      {"sum_rows", 30, 256},
      {"sum_columns", 58, 6144},
      {"sum_terms", 32, 256},
      {"weight_gradient_3x3", 162, 24576, 0.71, 24},
      {"weight_gradient_3x3_mma<1, 4, tf32", 128, 42496, 0.078, 40, Precision::tf32},
      {"weight_gradient_3x3_mma<1, 4, bf16", 128, 42496, 0.05, 40, Precision::bf16},
      {"weight_gradient_3x3_mma<2, 2, tf32", 128, 34304, 0.083, 32, Precision::tf32},
      {"weight_gradient_3x3_mma<2, 2, bf16", 128, 34304, 0.056, 32, Precision::bf16},
      {"weight_gradient_3x3_mma<4, 1, tf32", 128, 43264, 0.079, 40, Precision::tf32},
      {"weight_gradient_3x3_mma<4, 1, bf16", 128, 43264, 0.054, 40, Precision::bf16},
  };
  return all;
}

const KernelFigures* figures_of(const std::string& kernel) {
  const KernelFigures* best = nullptr;
  for (const KernelFigures& row : kernel_figures())
    if (kernel.starts_with(row.name) && (best == nullptr || row.name.size() > best->name.size())) best = &row;
  return best;
}

}  // namespace norma
