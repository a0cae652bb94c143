// Convolution on planes with zeros around them: a vector of outputs is a sum of vectors of the source, which
// may begin at any of its columns. So work depthwise convolutions (conv2d_depthwise-inl.h), and those whose
// source has few channels, as that of a network's first layer:
//
//   outputs of 4 filters, 2 vectors each  +=  weight[filter, c, u, v]  ·  source[c], row i + u, column j + v
//                                             4 numbers                   2 vectors for all filters
//
// Backward weight of few channels: 4 filters and the three taps of a row, each a sum over all pixels.

#if defined(NORMA_CONV2D_PLANES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMA_CONV2D_PLANES_INL
#undef NORMA_CONV2D_PLANES_INL
#else
#define NORMA_CONV2D_PLANES_INL
#endif

#include "core/parallel.h"
#include "kernels/conv/conv2d_correlation.h"
#include "kernels/conv/conv2d_matmul-inl.h"
#include "kernels/scratch.h"
#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

// Some planes as the kernel sees them. A vector may begin at any column of theirs: zeros follow.
template <class T>
class PaddedPlanes {
 public:
  PaddedPlanes(const Correlation& s, std::int64_t count)
      : s_(s),
        pitch_(s.seen_w() + static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<T>()))),
        memory_(count * s.seen_h() * pitch_) {
    std::fill_n(memory_.data(), count * s.seen_h() * pitch_, T{0});
  }
  const T* row(std::int64_t plane, std::int64_t i) const { return start(plane) + i * pitch_; }
  void fill(std::int64_t plane, const T* numbers) const {
    const std::int64_t step = s_.spacing_w, begin = s_.first_column(), end = s_.end_column();
    for (std::int64_t i = 0; i < s_.h; ++i) {
      const std::int64_t row = s_.seen_row(i);
      if (row < 0 || row >= s_.seen_h()) continue;
      T* const to = start(plane) + row * pitch_ + (s_.left + begin * step);
      const T* const from = numbers + i * s_.w + begin;
      if (step == 1)
        for_lanes_repeating(hn::ScalableTag<T>(), end - begin,
                            [&](auto at) HWY_ATTR { at.store(at.load(from), to); });
      else
        for (std::int64_t j = 0; j < end - begin; ++j) to[j * step] = from[j];
    }
  }

 private:
  T* start(std::int64_t plane) const { return memory_.data() + plane * s_.seen_h() * pitch_; }

  const Correlation& s_;
  std::int64_t pitch_;
  Scratch<T> memory_;
};

// Where the kernels for few channels are faster than the others: with more there are other ways to keep the
// processor busy. A row of outputs must fill a vector.
template <class T>
bool suits_planes(const Correlation& s) {
  return s.c < 8 && s.stride_w == 1 && s.spacing_w == 1 &&
         s.out_w >= static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<T>()));
}

// Filters whose sums are in registers at a time, each with two vectors: half of the registers.
constexpr int filters_at_once = HWY_TARGET <= HWY_AVX3 ? 8 : 4;

// Outputs [j, j + Vectors·lanes) of row i of some filters. weight: [c, u, v][Filters].
template <int Filters, int Vectors, class T>
HWY_INLINE void correlate_block(const Correlation& s, const PaddedPlanes<T>& source, const T* weight,
                                const T* bias, std::int64_t i, std::int64_t j, T* y) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  hn::Vec<decltype(d)> sums[Filters][Vectors];
  for (int f = 0; f < Filters; ++f)
    for (int v = 0; v < Vectors; ++v) sums[f][v] = hn::Set(d, bias ? bias[f] : T{0});
  for (std::int64_t c = 0; c < s.c; ++c)
    for (std::int64_t u = 0; u < s.kernel_h; ++u) {
      const T* from = source.row(c, i * s.stride_h + u * s.dilation_h) + j;
      for (std::int64_t tap = 0; tap < s.kernel_w; ++tap, from += s.dilation_w, weight += Filters) {
        hn::Vec<decltype(d)> x[Vectors];
        for (int v = 0; v < Vectors; ++v) x[v] = hn::LoadU(d, from + v * lanes);
        for (int f = 0; f < Filters; ++f)
          for (int v = 0; v < Vectors; ++v) sums[f][v] = hn::MulAdd(hn::Set(d, weight[f]), x[v], sums[f][v]);
      }
    }
  for (int f = 0; f < Filters; ++f)
    for (int v = 0; v < Vectors; ++v)
      hn::StoreU(sums[f][v], d, y + (f * s.out_h + i) * s.out_w + j + v * lanes);
}

// Row i of some filters. The last vectors may repeat what those before them did.
template <int Filters, class T>
HWY_INLINE void correlate_row(const Correlation& s, const PaddedPlanes<T>& source, const T* weight,
                              const T* bias, std::int64_t i, T* y) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<T>()));
  if (s.out_w >= 2 * lanes)
    for (std::int64_t j = 0; j < s.out_w; j += 2 * lanes)
      correlate_block<Filters, 2>(s, source, weight, bias, i, std::min(j, s.out_w - 2 * lanes), y);
  else
    for (std::int64_t j = 0; j < s.out_w; j += lanes)
      correlate_block<Filters, 1>(s, source, weight, bias, i, std::min(j, s.out_w - lanes), y);
}

// y = x correlated with weight_at(k, c, tap), plus bias, some filters at a time; the last may be done twice.
template <int Filters, class T, class WeightAt>
void few_channels_correlate(const Correlation& s, const T* x, WeightAt weight_at, const T* bias, T* y) {
  const std::int64_t taps = s.c * s.taps(), blocks = divide_up(s.k, Filters), plane = s.out_h * s.out_w;
  const auto first_of = [&](std::int64_t block) { return std::min(block * Filters, s.k - Filters); };
  const Scratch<T> weight(blocks * taps * Filters);
  for (std::int64_t block = 0; block < blocks; ++block)
    for (std::int64_t tap = 0; tap < taps; ++tap)
      for (std::int64_t f = 0; f < Filters; ++f)
        weight[(block * taps + tap) * Filters + f] =
            weight_at(first_of(block) + f, tap / s.taps(), tap % s.taps());
  const std::int64_t images = piece_images(s);
  parallel_for(divide_up(s.n, images), [&](std::int64_t piece) {
    const PaddedPlanes<T> source(s, s.c);
    const std::int64_t begin = piece * images, end = std::min(s.n, begin + images);
    for (std::int64_t n = begin; n < end; ++n) {
      for (std::int64_t c = 0; c < s.c; ++c) source.fill(c, x + (n * s.c + c) * s.h * s.w);
      for (std::int64_t block = 0; block < blocks; ++block) {  // some planes of y at a time, row after row
        const std::int64_t k = first_of(block);
        for (std::int64_t i = 0; i < s.out_h; ++i)
          correlate_row<Filters>(s, source, weight.data() + block * taps * Filters, bias ? bias + k : nullptr,
                                 i, y + (n * s.k + k) * plane);
      }
    }
    if (s.done) s.done(begin, end);
  });
}

// Adds Σ dy[filter, i, j]·x[c, row, column] over an image to dweight[filter][c, u, v], for some filters and
// the three v of a u.
template <int Filters, class T>
HWY_INLINE void add_taps_of_row(const Correlation& s, const PaddedPlanes<T>& source, std::int64_t c,
                                std::int64_t u, const T* dy, T* dweight) {
  const hn::ScalableTag<T> d;
  const std::int64_t plane = s.out_h * s.out_w;
  hn::Vec<decltype(d)> sums[Filters][3];
  for (auto& of_filter : sums)
    for (auto& sum : of_filter) sum = hn::Zero(d);
  for (std::int64_t i = 0; i < s.out_h; ++i) {
    const T* const row = source.row(c, i * s.stride_h + u * s.dilation_h);
    for_lanes(d, s.out_w, [&](auto at) HWY_ATTR {
      hn::Vec<decltype(d)> x[3];
      for (int v = 0; v < 3; ++v) x[v] = hn::LoadU(d, row + at.i + v * s.dilation_w);
      for (int f = 0; f < Filters; ++f) {
        const auto g = at.load(dy + f * plane + i * s.out_w);
        for (int v = 0; v < 3; ++v) sums[f][v] = hn::MulAdd(g, x[v], sums[f][v]);
      }
    });
  }
  for (int f = 0; f < Filters; ++f)
    for (int v = 0; v < 3; ++v) dweight[(f * s.c + c) * s.taps() + 3 * u + v] += sum_lanes(d, sums[f][v]);
}

// dweight [k][c][tap], for kernels of three columns.
template <class T>
void few_channels_weight_gradient(const Correlation& s, const T* x, const T* dy, T* dweight) {
  const std::int64_t of_filter = s.c * s.taps(), plane = s.out_h * s.out_w;
  add_over_images(s.n, s.k * of_filter, dweight, [&](std::int64_t begin, std::int64_t end, T* part) {
    const PaddedPlanes<T> source(s, s.c);
    std::fill_n(part, s.k * of_filter, T{0});
    for (std::int64_t n = begin; n < end; ++n) {
      for (std::int64_t c = 0; c < s.c; ++c) source.fill(c, x + (n * s.c + c) * s.h * s.w);
      for (std::int64_t k = 0; k < s.k;) {
        const bool some = k + 4 <= s.k;
        const T* const of_filters = dy + (n * s.k + k) * plane;
        for (std::int64_t c = 0; c < s.c; ++c)
          for (std::int64_t u = 0; u < s.kernel_h; ++u)
            some ? add_taps_of_row<4>(s, source, c, u, of_filters, part + k * of_filter)
                 : add_taps_of_row<1>(s, source, c, u, of_filters, part + k * of_filter);
        k += some ? 4 : 1;
      }
    }
  });
}

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
