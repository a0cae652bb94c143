// Layer norm over rows in CUDA. A set is a row: the forward pass is that of sets.cuh, one launch where the
// row fits on chip, three where not. Backward, sums along rows give dx, sums down columns dweight and dbias:
//
//   dy, x ─┬─run_backward_sums──▶ Σ g, Σ g·x̂ of pieces ──sum_columns──▶ …/M of every row ──run_dx──▶ dx
//          └─sum_images──▶ dbias, dweight
#include "kernels/norm/layer_norm.h"

#include "kernels/norm/sets.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

/// The layout of rows of m elements, where `plane` elements share a dropout factor.
norm::RowLayout row_layout(std::int64_t m, std::int64_t plane) {
  const std::int64_t elements = std::min(m, plane);
  return {norm::kernel_count(elements), norm::kernel_count(m / elements),
          norm::kernel_count(plane / elements)};
}

/// dz and dz·x̂ of one element, to be summed down its column.
template <class T, class After>
struct LoadElement {
  Backward<T> a;
  norm::RowLayout layout;
  unsigned m;
  After after;

  __device__ __forceinline__ Sums<acc_t<T>> operator()(unsigned row, unsigned i) const {
    const long long at = static_cast<long long>(row) * m + i;
    const Statistics<T> s(a.mean[row], a.rstd[row]);
    const auto dy = load_pack<1>(a.dy + at);
    const auto xhat = s.xhat(load_pack<1>(a.x + at));
    const auto z = [&] { return affine<1, T>(xhat, a, layout, row, i); };
    const acc_t<T> dz = after.backward(dy, z, layout, row, i).at[0];
    return {dz, dz * xhat.at[0]};
  }
};

template <class T, class After>
void layer_norm_dx(const Backward<T>& a, std::int64_t rows, std::int64_t m, const norm::RowLayout& layout,
                   const After& after) {
  with_width<T>(access_width<T>(m, a.dy, a.x, a.weight, a.bias, a.dx), [&](auto w) {
    constexpr int Width = w();
    const Pieces pieces = cut_runs<T>(rows, m, Width);
    const DeviceScratch<Sums<stat_t>> partial(pieces.teams()), means(rows);
    launch(run_backward_sums<T, Width, norm::RowLayout, After>, pieces.config(), a, layout, pieces, after,
           partial.data());
    merge_columns(pieces.pieces, pieces.runs, LoadPartial<Sums<stat_t>>{partial.data(), pieces.runs},
                  FinishMeans{means.data(), static_cast<stat_t>(m)});
    launch(run_dx<T, Width, norm::RowLayout, After>, pieces.config(), a, layout, pieces, after, means.data());
  });
}

}  // namespace

template <class T>
void layer_norm_forward(const LayerNormForward<T>& a) {
  if (a.rows == 0 || a.m == 0) return;
  with_epilogue<T>(a.after, a.rows * a.m / a.plane, [&](auto after) {
    normalize_sets(Forward<T>{a.x, a.weight, a.bias, a.y, a.mean, a.rstd, a.eps}, row_layout(a.m, a.plane),
                   after, a.rows, a.m, a.m);
  });
}

template <class T>
void layer_norm_backward(const LayerNormBackward<T>& a) {
  const unsigned rows = norm::kernel_count(a.rows), m = norm::kernel_count(a.m);
  if (rows == 0 || m == 0) return;
  const norm::RowLayout layout = row_layout(a.m, a.plane);
  const Backward<T> b{a.dy, a.x, a.weight, a.bias, a.mean, a.rstd, a.dx};
  with_epilogue<T>(a.after, a.rows * a.m / a.plane, [&](auto after) {
    if (a.dx != nullptr) layer_norm_dx(b, a.rows, a.m, layout, after);
    if (a.dweight == nullptr && a.dbias == nullptr) return;
    merge_images<GradientSums<T>>(leaves_of(rows), 1, m, LoadElement<T, decltype(after)>{b, layout, m, after},
                                  FinishAffine<T>{a.dweight, a.dbias});
  });
}

NORMA_INSTANTIATE(layer_norm_forward, LayerNormForward)
NORMA_INSTANTIATE(layer_norm_backward, LayerNormBackward)

}  // namespace norma::NORMA_EXECUTOR
