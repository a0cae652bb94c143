// Depthwise convolution, plane by plane: C / groups = 1, and K / C planes of y read each plane of x. A
// plane is copied with zeros around it (and between its pixels, in backward data with a stride), which the
// cache keeps (conv2d_planes-inl.h).

#if defined(NORMA_CONV2D_DEPTHWISE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMA_CONV2D_DEPTHWISE_INL
#undef NORMA_CONV2D_DEPTHWISE_INL
#else
#define NORMA_CONV2D_DEPTHWISE_INL
#endif

#include "kernels/conv/conv2d_planes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

// Two rows of y = bias + source correlated with 3×3 taps, or added to what is there; the taps, and the
// numbers of four rows of the source, serve both. `second` may be the first row again, if there is none.
template <class T>
HWY_INLINE void correlate_rows_3x3(const Correlation& s, const T* const (&rows)[4], const T* taps, T bias,
                                   bool add, T* first, T* second) {
  const hn::ScalableTag<T> d;
  const auto t0 = hn::Set(d, taps[0]), t1 = hn::Set(d, taps[1]), t2 = hn::Set(d, taps[2]),
             t3 = hn::Set(d, taps[3]), t4 = hn::Set(d, taps[4]), t5 = hn::Set(d, taps[5]),
             t6 = hn::Set(d, taps[6]), t7 = hn::Set(d, taps[7]), t8 = hn::Set(d, taps[8]);
  const auto begin = hn::Set(d, bias);
  const auto pass = [&](auto at) HWY_ATTR {
    const auto load = [&](int row, std::int64_t v)
                          HWY_ATTR { return hn::LoadU(d, rows[row] + at.i + v * s.dilation_w); };
    auto a = add ? at.load(first) : begin, b = add ? at.load(second) : begin;
    auto a1 = hn::Zero(d), b1 = hn::Zero(d);
    auto x = load(0, 0), y = load(0, 1), z = load(0, 2);
    a = hn::MulAdd(t0, x, a), a1 = hn::MulAdd(t1, y, a1), a = hn::MulAdd(t2, z, a);
    x = load(1, 0), y = load(1, 1), z = load(1, 2);
    a1 = hn::MulAdd(t3, x, a1), a = hn::MulAdd(t4, y, a), a1 = hn::MulAdd(t5, z, a1);
    b = hn::MulAdd(t0, x, b), b1 = hn::MulAdd(t1, y, b1), b = hn::MulAdd(t2, z, b);
    x = load(2, 0), y = load(2, 1), z = load(2, 2);
    a = hn::MulAdd(t6, x, a), a1 = hn::MulAdd(t7, y, a1), a = hn::MulAdd(t8, z, a);
    b1 = hn::MulAdd(t3, x, b1), b = hn::MulAdd(t4, y, b), b1 = hn::MulAdd(t5, z, b1);
    x = load(3, 0), y = load(3, 1), z = load(3, 2);
    b = hn::MulAdd(t6, x, b), b1 = hn::MulAdd(t7, y, b1), b = hn::MulAdd(t8, z, b);
    at.store(hn::Add(b, b1), second);
    at.store(hn::Add(a, a1), first);
  };
  if (add)
    for_lanes(d, s.out_w, pass);
  else
    for_lanes_repeating(d, s.out_w, pass);
}

// Asks for memory that will be read soon.
template <class T>
HWY_INLINE void prefetch(const T* from, std::int64_t count) {
  constexpr auto line = static_cast<std::int64_t>(64 / sizeof(T));
  for (std::int64_t i = 0; i < count; i += line) __builtin_prefetch(from + i, 0, 2);
}

// A plane of y = bias + source correlated with the taps, or added to what is there. `next`, if any, is the
// plane that will be read after this one: its memory arrives while this one is computed.
template <class T>
HWY_INLINE void correlate_plane(const Correlation& s, const PaddedPlanes<T>& source, const T* taps, T bias,
                                bool add, T* y, const T* next) {
  const hn::ScalableTag<T> d;
  if (s.kernel_h == 3 && s.kernel_w == 3 && s.stride_h == 1 && s.stride_w == 1 && s.dilation_h == 1) {
    for (std::int64_t i = 0; i < s.out_h; i += 2) {
      if (next != nullptr && i < s.h) prefetch(next + i * s.w, 2 * s.w);
      const bool two = i + 1 < s.out_h;
      const T* const rows[4] = {source.row(0, i), source.row(0, i + 1), source.row(0, i + 2),
                                source.row(0, i + 2 + two)};
      correlate_rows_3x3(s, rows, taps, bias, add, y + i * s.out_w, y + (i + two) * s.out_w);
    }
    return;
  }
  for (std::int64_t i = 0; i < s.out_h; ++i, y += s.out_w) {
    const auto tap_row = [&](std::int64_t u) { return source.row(0, i * s.stride_h + u * s.dilation_h); };
    if (s.stride_w == 1) {
      for_lanes(d, s.out_w, [&](auto at) HWY_ATTR {
        auto sum = add ? at.load(y) : hn::Set(d, bias);
        for (std::int64_t u = 0; u < s.kernel_h; ++u)
          for (std::int64_t v = 0; v < s.kernel_w; ++v)
            sum = hn::MulAdd(hn::Set(d, taps[u * s.kernel_w + v]),
                             hn::LoadU(d, tap_row(u) + at.i + v * s.dilation_w), sum);
        at.store(sum, y);
      });
    } else {
      for (std::int64_t j = 0; j < s.out_w; ++j) {
        T sum = add ? y[j] : bias;
        for (std::int64_t u = 0; u < s.kernel_h; ++u)
          for (std::int64_t v = 0; v < s.kernel_w; ++v)
            sum += taps[u * s.kernel_w + v] * tap_row(u)[j * s.stride_w + v * s.dilation_w];
        y[j] = sum;
      }
    }
  }
}

// y = x correlated with the weights of its planes: plane o of y is the sum over planes first_of(o) … of x, as
// many as `count`, with weights weight_of(o, their number)[tap], plus bias[o].
template <class T, class FirstOf, class WeightOf>
void depthwise_correlate(const Correlation& s, const T* x, std::int64_t count, FirstOf first_of,
                         WeightOf weight_of, const T* bias, T* y) {
  const std::int64_t plane = s.out_h * s.out_w, images = std::clamp<std::int64_t>(
                                                    32768 / (plane * s.k), 1, std::max<std::int64_t>(s.n, 1));
  // Not if the images go on to other work, which reads them.
  const bool streams = !s.done && static_cast<double>(s.n * s.k * plane) * sizeof(T) > bytes_beyond_caches;
  parallel_for((s.n + images - 1) / images, [&](std::int64_t piece) {
    const PaddedPlanes<T> source(s, 1);
    const Scratch<T> result(streams ? plane : 0);
    const std::int64_t begin = piece * images, end = std::min(s.n, begin + images);
    std::int64_t held = -1;
    for (std::int64_t n = begin; n < end; ++n)
      for (std::int64_t o = 0; o < s.k; ++o) {
        T* const to = y + (n * s.k + o) * plane;
        for (std::int64_t i = 0; i < count; ++i) {
          const std::int64_t wanted = n * s.c + first_of(o) + i;
          if (wanted != held) source.fill(0, x + wanted * s.h * s.w);
          held = wanted;
          correlate_plane(s, source, weight_of(o, i), bias ? bias[o] : T{0}, i > 0,
                          streams ? result.data() : to,
                          wanted + 1 < s.n * s.c ? x + (wanted + 1) * s.h * s.w : nullptr);
        }
        if (streams) stream(result.data(), to, plane);
      }
    if (streams) end_streams();
    if (s.done) s.done(begin, end);
  });
}

// Adds the sums over one plane of 3×3 taps, Σ dy[i, j]·x[row, column], to dweight[tap]: nine sums at a time.
template <class T>
HWY_INLINE void add_weight_gradient_3x3(const Correlation& s, const PaddedPlanes<T>& source, const T* dy,
                                        T* dweight) {
  const hn::ScalableTag<T> d;
  auto s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0, s8 = s0;
  for (std::int64_t i = 0; i < s.out_h; ++i) {
    const T *const top = source.row(0, i * s.stride_h),
                   *const middle = source.row(0, i * s.stride_h + s.dilation_h),
                   *const bottom = source.row(0, i * s.stride_h + 2 * s.dilation_h);
    const std::int64_t v = s.dilation_w;
    for_lanes(d, s.out_w, [&](auto at) HWY_ATTR {
      const auto g = at.load(dy + i * s.out_w);
      s0 = hn::MulAdd(g, at.load(top), s0), s1 = hn::MulAdd(g, at.load(top + v), s1);
      s2 = hn::MulAdd(g, at.load(top + 2 * v), s2), s3 = hn::MulAdd(g, at.load(middle), s3);
      s4 = hn::MulAdd(g, at.load(middle + v), s4), s5 = hn::MulAdd(g, at.load(middle + 2 * v), s5);
      s6 = hn::MulAdd(g, at.load(bottom), s6), s7 = hn::MulAdd(g, at.load(bottom + v), s7);
      s8 = hn::MulAdd(g, at.load(bottom + 2 * v), s8);
    });
  }
  const auto add = [&](int tap, auto lanes) HWY_ATTR { dweight[tap] += sum_lanes(d, lanes); };
  add(0, s0), add(1, s1), add(2, s2), add(3, s3), add(4, s4), add(5, s5), add(6, s6), add(7, s7), add(8, s8);
}

// The same for any taps.
template <class T>
HWY_INLINE void add_weight_gradient(const Correlation& s, const PaddedPlanes<T>& source, const T* dy,
                                    T* dweight) {
  if (s.kernel_h == 3 && s.kernel_w == 3 && s.stride_w == 1)
    return add_weight_gradient_3x3(s, source, dy, dweight);
  const hn::ScalableTag<T> d;
  for (std::int64_t u = 0; u < s.kernel_h; ++u)
    for (std::int64_t v = 0; v < s.kernel_w; ++v) {
      auto lanes = hn::Zero(d);
      T rest = 0;
      for (std::int64_t i = 0; i < s.out_h; ++i) {
        const T* const x = source.row(0, i * s.stride_h + u * s.dilation_h) + v * s.dilation_w;
        const T* const line = dy + i * s.out_w;
        if (s.stride_w == 1)
          for_lanes(d, s.out_w,
                    [&](auto at) HWY_ATTR { lanes = hn::MulAdd(at.load(line), at.load(x), lanes); });
        else
          for (std::int64_t j = 0; j < s.out_w; ++j) rest += line[j] * x[j * s.stride_w];
      }
      dweight[u * s.kernel_w + v] += sum_lanes(d, lanes) + rest;
    }
}

// dweight [k][tap], of x with s.c planes per image and dy with s.k.
template <class T>
void depthwise_weight_gradient(const Correlation& s, const T* x, const T* dy, T* dweight) {
  const std::int64_t plane = s.out_h * s.out_w, of_each = s.k / s.c;
  add_over_images(s.n, s.k * s.taps(), dweight, [&](std::int64_t begin, std::int64_t end, T* part) {
    const PaddedPlanes<T> source(s, 1);
    std::fill_n(part, s.k * s.taps(), T{0});
    for (std::int64_t n = begin; n < end; ++n)
      for (std::int64_t k = 0; k < s.k; ++k) {
        if (k % of_each == 0) source.fill(0, x + (n * s.c + k / of_each) * s.h * s.w);
        add_weight_gradient(s, source, dy + (n * s.k + k) * plane, part + k * s.taps());
      }
  });
}

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
