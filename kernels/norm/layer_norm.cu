// Layer norm over rows in CUDA. A set is a row: the forward pass is that of sets.cuh, one launch where the
// row fits on chip, three where not. Backward, sums along rows give dx, sums down columns dweight and dbias:
//
//   dy, x ─┬─run_backward_sums──▶ Σ g, Σ g·x̂ of pieces ──sum_columns──▶ … of every row ──run_dx──▶ dx
//          └─sum_columns, by slices of rows──▶ Σ dy, Σ dy·x̂ of slices ──sum_columns──▶ dbias, dweight
#include "kernels/norm/layer_norm.h"

#include "kernels/norm/sets.cuh"

namespace norma::NORMA_EXECUTOR {

inline constexpr unsigned rows_a_slice = 64;  // 8 for each of the 8 walkers of a column

/// dy and dy·x̂ of one element, to be summed down its column.
template <class T>
struct LoadElement {
  const T* dy;
  const T* x;
  const double* mean;
  const double* rstd;
  unsigned m;

  __device__ __forceinline__ Sums<T> operator()(unsigned row, unsigned i) const {
    const long long at = static_cast<long long>(row) * m + i;
    return {dy[at], dy[at] * Statistics<T>(mean[row], rstd[row]).xhat(x[at])};
  }
};

/// Keeps the sum of a slice, in double from here on.
template <class T>
struct FinishSlice {
  FinishSum<Sums<double>> finish;
  __device__ __forceinline__ void operator()(unsigned slice, unsigned i, const Sums<T>& sum) const {
    finish(slice, i, {sum.g, sum.g_xhat});
  }
};

template <class T>
void layer_norm_forward(const LayerNormForward<T>& a) {
  normalize_sets(Forward<T>{a.x, a.weight, a.bias, a.y, a.mean, a.rstd, a.eps}, norm::RowLayout{}, a.rows,
                 a.m, a.m);
}

template <class T>
void layer_norm_dx(const LayerNormBackward<T>& a) {
  const Backward<T> b{a.dy, a.x, a.weight, a.mean, a.rstd, a.dx};
  with_width<T>(access_width<T>(a.m, a.dy, a.x, a.weight, a.dx), [&](auto w) {
    constexpr int Width = w();
    const Pieces pieces = cut_runs<T>(a.rows, a.m, Width);
    const DeviceScratch<Sums<double>> partial(pieces.teams()), sums(a.rows);
    launch(run_backward_sums<T, Width, norm::RowLayout>, pieces.config(), b, norm::RowLayout{}, pieces,
           partial.data());
    merge_columns(pieces.pieces, pieces.runs, LoadPartial<Sums<double>>{partial.data(), pieces.runs},
                  FinishSum<Sums<double>>{sums.data(), pieces.runs});
    launch(run_dx<T, Width, norm::RowLayout>, pieces.config(), b, norm::RowLayout{}, pieces, sums.data(),
           static_cast<double>(a.m));
  });
}

template <class T>
void layer_norm_backward(const LayerNormBackward<T>& a) {
  const unsigned rows = norm::kernel_count(a.rows), m = norm::kernel_count(a.m);
  if (rows == 0 || m == 0) return;
  if (a.dx != nullptr) layer_norm_dx(a);
  if (a.dweight == nullptr && a.dbias == nullptr) return;
  const unsigned slices = (rows + rows_a_slice - 1) / rows_a_slice;
  const DeviceScratch<Sums<double>> partial(std::int64_t{slices} * m);
  merge_columns(rows, m, LoadElement<T>{a.dy, a.x, a.mean, a.rstd, m}, FinishSlice<T>{{partial.data(), m}},
                rows_a_slice);
  merge_columns(slices, m, LoadPartial<Sums<double>>{partial.data(), m}, FinishAffine<T>{a.dweight, a.dbias});
}

NORMA_INSTANTIATE(layer_norm_forward, LayerNormForward)
NORMA_INSTANTIATE(layer_norm_backward, LayerNormBackward)

}  // namespace norma::NORMA_EXECUTOR
