// 3×3 convolution of stride 1 by Winograd's algorithm F(4×4, 3×3): 36 multiplications for 16 outputs instead of
// 144 (Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016).
//
//   A polynomial is known by its values at enough points, and values multiply one by one. With the points 0, ±α,
//   ±β and ∞, six values give four outputs of a three-tap filter:
//
//     y = Aᵀ [ (G g) ⊙ (Bᵀ d) ]       d: 6 inputs, g: 3 weights, y: 4 outputs; in two dimensions, on rows and
//                                     on columns:
//     Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A
//
//     6×6 inputs, 4 apart     36 values a channel        36 values, summed       4×4 outputs
//     ┌──────┬──┐                                        over channels
//     │ · · ·│· │    Bᵀ d B                  for each of the 36        Aᵀ m A    ┌────┐
//     │ · · ·│· │   ───────▶   v[36][tile][c]  ───────▶  m[36][tile][k] ───────▶ │    │
//     └──────┴──┘                               · u                              └────┘
//                    the weights:   G g Gᵀ ───▶ u[36][c][k]
//
//   All that is summed over channels is 36 matrix products; the transforms are a dozen additions and
//   multiplications for six numbers. Vectors run along channels, so images are first turned to [pixels][C].
//
// Backward data is the same with the weights flipped and transposed. Backward weight is the transpose of the
// whole, dg = Gᵀ [ Σ_tiles (A dY Aᵀ) ⊙ (Bᵀ d B) ] G: 36 products, summed over tiles.
//
// α = 2/3 and β = 3/2 keep rounding errors smallest among the points that were tried: with 32 channels the largest
// is 1.3e-6 of the largest output in float32 (4.4e-6 with the customary 1 and 2). Their product is 1, which saves
// multiplications.

#if defined(NORMA_CONV2D_WINOGRAD_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMA_CONV2D_WINOGRAD_INL
#undef NORMA_CONV2D_WINOGRAD_INL
#else
#define NORMA_CONV2D_WINOGRAD_INL
#endif

#include "core/parallel.h"
#include "kernels/conv/conv2d_matmul-inl.h"
#include "kernels/conv/conv2d_transpose-inl.h"
#include "kernels/scratch.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

constexpr std::int64_t tile_size = 4, window_size = 6, winograd_values = 36;
constexpr std::int64_t tiles_at_once = 32;  // their values, 147 kB for 32 channels, stay in the L2 cache

constexpr double alpha = 2.0 / 3, beta = 3.0 / 2, alpha2 = alpha * alpha, beta2 = beta * beta;

// The transforms of six numbers, in place: v[0 … n−1] become the values, or what the values give. Points come
// as 0, α, −α, β, −β, ∞; the even and the odd powers of ±α differ by a sign only.
//
//        ⎡ 1   0   −α²−β²   0      1  0 ⎤
//        ⎢ 0  −αβ²  −β²     α      1  0 ⎥             ⎡ 1  1   1   1   1   0 ⎤
//   Bᵀ = ⎢ 0   αβ²  −β²    −α      1  0 ⎥        Aᵀ = ⎢ 0  α  −α   β  −β   0 ⎥
//        ⎢ 0  −βα²  −α²     β      1  0 ⎥             ⎢ 0  α²  α²  β²  β²  0 ⎥
//        ⎢ 0   βα²  −α²    −β      1  0 ⎥             ⎣ 0  α³ −α³  β³ −β³  1 ⎦
//        ⎣ 0   1    0     −α²−β²   0  1 ⎦
//
//   G has the rows (1, 0, 0), (1, ±α, α²) / (2α²(α² − β²)), (1, ±β, β²) / (2β²(β² − α²)), (0, 0, 1).
template <class D>
HWY_INLINE hn::Vec<D> constant(D d, double value) {
  return hn::Set(d, static_cast<hn::TFromD<D>>(value));
}
// plus, minus = even ± point·odd: a polynomial at two points.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void at_both(D d, double point, V even, V odd, V& plus, V& minus) {
  plus = hn::MulAdd(constant(d, point), odd, even);
  minus = hn::NegMulAdd(constant(d, point), odd, even);
}

struct InputTransform {  // Bᵀ d
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE void operator()(D d, V* v) const {
    const V a2 = constant(d, alpha2), b2 = constant(d, beta2), both = constant(d, alpha2 + beta2);
    const V even_a = hn::NegMulAdd(b2, v[2], v[4]), odd_a = hn::NegMulAdd(b2, v[1], v[3]);
    const V even_b = hn::NegMulAdd(a2, v[2], v[4]), odd_b = hn::NegMulAdd(a2, v[1], v[3]);
    v[0] = hn::NegMulAdd(both, v[2], hn::Add(v[0], v[4]));
    v[5] = hn::NegMulAdd(both, v[3], hn::Add(v[1], v[5]));
    at_both(d, alpha, even_a, odd_a, v[1], v[2]);
    at_both(d, beta, even_b, odd_b, v[3], v[4]);
  }
};
struct OutputTransform {  // Aᵀ m
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE void operator()(D d, V* v) const {
    const V even_a = hn::Add(v[1], v[2]), odd_a = hn::Sub(v[1], v[2]);
    const V even_b = hn::Add(v[3], v[4]), odd_b = hn::Sub(v[3], v[4]);
    v[0] = hn::Add(v[0], hn::Add(even_a, even_b));
    v[1] = hn::MulAdd(constant(d, alpha), odd_a, hn::Mul(constant(d, beta), odd_b));
    v[2] = hn::MulAdd(constant(d, alpha2), even_a, hn::Mul(constant(d, beta2), even_b));
    v[3] = hn::MulAdd(constant(d, alpha2 * alpha), odd_a, hn::MulAdd(constant(d, beta2 * beta), odd_b, v[5]));
  }
};
struct CotangentTransform {  // A y
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE void operator()(D d, V* v) const {
    const V a2 = constant(d, alpha2), b2 = constant(d, beta2);
    const V even_a = hn::MulAdd(a2, v[2], v[0]), odd_a = hn::MulAdd(a2, v[3], v[1]);
    const V even_b = hn::MulAdd(b2, v[2], v[0]), odd_b = hn::MulAdd(b2, v[3], v[1]);
    v[5] = v[3];
    at_both(d, alpha, even_a, odd_a, v[1], v[2]);
    at_both(d, beta, even_b, odd_b, v[3], v[4]);
  }
};
constexpr double scale_a = 1 / (2 * alpha2 * (alpha2 - beta2)), scale_b = 1 / (2 * beta2 * (beta2 - alpha2));
struct WeightTransform {  // G g
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE void operator()(D d, V* v) const {
    const V even_a = hn::Mul(constant(d, scale_a), hn::MulAdd(constant(d, alpha2), v[2], v[0]));
    const V even_b = hn::Mul(constant(d, scale_b), hn::MulAdd(constant(d, beta2), v[2], v[0]));
    const V odd = v[1];
    v[5] = v[2];
    at_both(d, alpha * scale_a, even_a, odd, v[1], v[2]);
    at_both(d, beta * scale_b, even_b, odd, v[3], v[4]);
  }
};
struct WeightGradientTransform {  // Gᵀ u
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE void operator()(D d, V* v) const {
    const V even_a = hn::Mul(constant(d, scale_a), hn::Add(v[1], v[2])), odd_a = hn::Sub(v[1], v[2]);
    const V even_b = hn::Mul(constant(d, scale_b), hn::Add(v[3], v[4])), odd_b = hn::Sub(v[3], v[4]);
    v[0] = hn::Add(v[0], hn::Add(even_a, even_b));
    v[1] = hn::MulAdd(constant(d, alpha * scale_a), odd_a, hn::Mul(constant(d, beta * scale_b), odd_b));
    v[2] = hn::MulAdd(constant(d, alpha2), even_a, hn::MulAdd(constant(d, beta2), even_b, v[5]));
  }
};

// A transform on the columns, then on the rows, of In × In vectors: load(v, column) gives a column of them, and
// the Out × Out results go to store(u, v, vector).
template <int In, int Out, class D, class Transform, class Load, class Store>
HWY_INLINE void in_two_dimensions(D d, Transform transform, Load load, Store store) {
  hn::Vec<D> half[Out][In];
  for (int v = 0; v < In; ++v) {
    hn::Vec<D> column[window_size];
    load(v, column);
    transform(d, column);
    for (int u = 0; u < Out; ++u) half[u][v] = column[u];
  }
  for (int u = 0; u < Out; ++u) {
    hn::Vec<D> row[window_size];
    for (int v = 0; v < In; ++v) row[v] = half[u][v];
    transform(d, row);
    for (int v = 0; v < Out; ++v) store(u, v, row[v]);
  }
}

template <class T>
std::int64_t whole_vectors(std::int64_t channels) {
  return divide_up(channels, lanes_of<T>()) * lanes_of<T>();
}

// Images turned to pixels: [h·w][pitch] each.
template <class T>
struct Pixels {
  std::int64_t h, w, channels, pitch = whole_vectors<T>(channels);
  std::int64_t size() const { return h * w * pitch; }
  void turn(const T* images, std::int64_t count, T* pixels) const {
    for (std::int64_t i = 0; i < count; ++i)
      planes_to_pixels(images + i * channels * h * w, h * w, channels, h * w, pixels + i * size(), pitch);
  }
  void turn_back(const T* pixels, std::int64_t count, T* images) const {
    for (std::int64_t i = 0; i < count; ++i)
      pixels_to_planes(pixels + i * size(), pitch, channels, h * w, images + i * channels * h * w, h * w);
  }
};

// How the outputs of some images are cut into tiles.
struct Tiles {
  std::int64_t h, w;  // of an output image
  std::int64_t down = divide_up(h, tile_size), across = divide_up(w, tile_size);
  std::int64_t count(std::int64_t images) const { return images * down * across; }
  // Images of a piece of work: as many as tiles_at_once hold.
  std::int64_t images(std::int64_t batch) const {
    return std::clamp<std::int64_t>(tiles_at_once / count(1), 1, batch);
  }
  // f(t, image, row, column) for `some` tiles from `first`: t counts from 0, and there the tile's corner lies.
  template <class F>
  HWY_INLINE void each(std::int64_t first, std::int64_t some, F&& f) const {
    std::int64_t image = first / count(1), i = first % count(1) / across, j = first % across;
    for (std::int64_t t = 0; t < some; ++t) {
      f(t, image, i * tile_size, j * tile_size);
      if (++j == across) j = 0, ++i;
      if (i == down) i = 0, ++image;
    }
  }
};

// The 36 values of some tiles, [36][tiles][pitch]; the 36 a little apart from where they would fall, so that a
// tile's do not all meet in one set of the cache.
template <class T>
struct Values {
  std::int64_t pitch, distance;
  Scratch<T> memory;
  Values(std::int64_t rows, std::int64_t columns)
      : pitch(columns), distance((rows + 1) * columns), memory(winograd_values * distance) {}
  T* operator[](std::int64_t value) const { return memory.data() + value * distance; }
  T* at(int u, int v) const { return memory.data() + (u * window_size + v) * distance; }
};

// Transforms windows of Size × Size pixels, 4 apart, the first `top` above and `left` of the image's corner.
// Pixels outside of the image are zero.
template <int Size, class T, class Transform>
void transform_windows(const Pixels<T>& from, const T* images, std::int64_t top, std::int64_t left,
                       const Tiles& tiles, std::int64_t first, std::int64_t some, Transform transform,
                       const Values<T>& values) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  const Scratch<T> zeros(lanes_of<T>());
  hn::Store(hn::Zero(d), d, zeros.data());
  tiles.each(
      first, some, [&](std::int64_t t, std::int64_t image, std::int64_t row, std::int64_t column) HWY_ATTR {
        const T* rows[Size];
        for (int u = 0; u < Size; ++u) {
          const std::int64_t i = row - top + u;
          rows[u] = i >= 0 && i < from.h ? images + image * from.size() + i * from.w * from.pitch : nullptr;
        }
        for (std::int64_t c = 0; c < from.pitch; c += lanes_of<T>())
          in_two_dimensions<Size, window_size>(
              d, transform,
              [&](int v, V* line) HWY_ATTR {
                const std::int64_t j = column - left + v, at = j * from.pitch + c;
                const bool inside = j >= 0 && j < from.w;
                for (int u = 0; u < Size; ++u)
                  line[u] = hn::LoadU(d, inside && rows[u] ? rows[u] + at : zeros.data());
              },
              [&](int u, int v, V value)
                  HWY_ATTR { hn::StoreU(value, d, values.at(u, v) + t * values.pitch + c); });
      });
}

// The other way: tiles of outputs, the bias added, cropped to the image.
template <class T>
void write_tiles(const Values<T>& values, const T* bias, const Tiles& tiles, std::int64_t first,
                 std::int64_t some, const Pixels<T>& to, T* images) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  tiles.each(first, some,
             [&](std::int64_t t, std::int64_t image, std::int64_t row, std::int64_t column) HWY_ATTR {
               T* const corner = images + image * to.size() + (row * to.w + column) * to.pitch;
               for (std::int64_t k = 0; k < to.pitch; k += lanes_of<T>()) {
                 const V term = hn::LoadU(d, bias + k);
                 in_two_dimensions<window_size, tile_size>(
                     d, OutputTransform(),
                     [&](int v, V* line) HWY_ATTR {
                       for (int u = 0; u < window_size; ++u)
                         line[u] = hn::LoadU(d, values.at(u, v) + t * values.pitch + k);
                     },
                     [&](int u, int v, V value) HWY_ATTR {
                       if (row + u < to.h && column + v < to.w)
                         hn::StoreU(hn::Add(value, term), d, corner + (u * to.w + v) * to.pitch + k);
                     });
               }
             });
}

// A 3×3 correlation of stride 1: forward, and backward data with other weights.
struct Correlation {
  std::int64_t n, c, h, w;       // the source
  std::int64_t k, out_h, out_w;  // the result
  std::int64_t top, left;        // padding, 0 … 2
};

// `weight(c, tap)` is where K weights of a channel and a tap lie, one after the other, up to whole vectors.
template <class T, class WeightAt>
void winograd_correlate(const Correlation& s, const T* x, WeightAt weight_at, const T* bias, T* y) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  const Pixels<T> from{s.h, s.w, s.c}, to{s.out_h, s.out_w, s.k};
  const Values<T> u(s.c, to.pitch);
  for (std::int64_t c = 0; c < s.c; ++c)
    for (std::int64_t k = 0; k < to.pitch; k += lanes_of<T>())
      in_two_dimensions<3, window_size>(
          d, WeightTransform(),
          [&](int j, V* line) HWY_ATTR {
            for (int i = 0; i < 3; ++i) line[i] = hn::LoadU(d, weight_at(c, i * 3 + j) + k);
          },
          [&](int i, int j, V value)
              HWY_ATTR { hn::StoreU(value, d, u[i * window_size + j] + c * to.pitch + k); });
  const Scratch<T> padded_bias(to.pitch);
  std::fill_n(padded_bias.data(), to.pitch, T{0});
  if (bias) std::copy_n(bias, s.k, padded_bias.data());

  const Tiles tiles{s.out_h, s.out_w};
  const std::int64_t images = tiles.images(s.n);
  parallel_for(divide_up(s.n, images), [&](std::int64_t piece) HWY_ATTR {
    const std::int64_t begin = piece * images, count = std::min(images, s.n - begin);
    const Scratch<T> source(images * from.size()), result(images * to.size());
    const Values<T> v(tiles_at_once, from.pitch), m(tiles_at_once, to.pitch);
    from.turn(x + begin * s.c * s.h * s.w, count, source.data());
    for (std::int64_t t = 0, some; t < tiles.count(count); t += some) {
      some = std::min(tiles_at_once, tiles.count(count) - t);
      transform_windows<window_size>(from, source.data(), s.top, s.left, tiles, t, some, InputTransform(), v);
      for (std::int64_t i = 0; i < winograd_values; ++i)
        multiply<T>(some, to.pitch, s.c, {v[i], v.pitch}, {u[i], u.pitch}, {m[i], m.pitch}, false);
      write_tiles(m, padded_bias.data(), tiles, t, some, to, result.data());
    }
    to.turn_back(result.data(), count, y + begin * s.k * s.out_h * s.out_w);
  });
}

// total [size] = what work(begin, end, sums) makes of all pieces. Pieces are taken in at most 16 parts, one after
// the other; parts in parallel, and their sums added in order.
template <class T, class Work>
void in_parts(std::int64_t pieces, std::int64_t size, T* total, Work work) {
  const std::int64_t parts = std::min<std::int64_t>(pieces, 16);
  const Scratch<T> sums(parts * size);
  parallel_for(parts, [&](std::int64_t part) {
    work(part * pieces / parts, (part + 1) * pieces / parts, sums.data() + part * size);
  });
  std::copy_n(sums.data(), size, total);
  for (std::int64_t part = 1; part < parts; ++part)
    for (std::int64_t i = 0; i < size; ++i) total[i] += sums[part * size + i];
}

// dweight[k][c][tap] of a convolution of stride 1: `dy` is [n, k, out_h, out_w].
template <class T>
void winograd_weight_gradient(const Correlation& s, const T* x, const T* dy, T* dweight) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  const Pixels<T> from{s.h, s.w, s.c}, to{s.out_h, s.out_w, s.k};
  const Tiles tiles{s.out_h, s.out_w};
  const std::int64_t images = tiles.images(s.n), size = s.c * 9 * to.pitch;
  const Scratch<T> turned(size);  // [c][tap][k]
  in_parts<T>(
      divide_up(s.n, images), size, turned.data(),
      [&](std::int64_t begin, std::int64_t end, T* sums) HWY_ATTR {
        const Scratch<T> source(images * from.size()), cotangent(images * to.size());
        const Values<T> v(tiles_at_once, from.pitch), m(tiles_at_once, to.pitch), du(s.c, to.pitch);
        for (std::int64_t first = begin * images; first < std::min(s.n, end * images); first += images) {
          const std::int64_t count = std::min(images, s.n - first);
          from.turn(x + first * s.c * s.h * s.w, count, source.data());
          to.turn(dy + first * s.k * s.out_h * s.out_w, count, cotangent.data());
          for (std::int64_t t = 0, some; t < tiles.count(count); t += some) {
            some = std::min(tiles_at_once, tiles.count(count) - t);
            transform_windows<window_size>(from, source.data(), s.top, s.left, tiles, t, some,
                                           InputTransform(), v);
            transform_windows<tile_size>(to, cotangent.data(), 0, 0, tiles, t, some, CotangentTransform(), m);
            const bool add = first > begin * images || t > 0;
            for (std::int64_t i = 0; i < winograd_values; ++i)
              multiply<T>(s.c, to.pitch, some, {v[i], 1, v.pitch}, {m[i], m.pitch}, {du[i], du.pitch}, add);
          }
        }
        for (std::int64_t c = 0; c < s.c; ++c)
          for (std::int64_t k = 0; k < to.pitch; k += lanes_of<T>())
            in_two_dimensions<window_size, 3>(
                d, WeightGradientTransform(),
                [&](int j, V* line) HWY_ATTR {
                  for (int i = 0; i < window_size; ++i)
                    line[i] = hn::LoadU(d, du.at(i, j) + c * to.pitch + k);
                },
                [&](int i, int j, V value)
                    HWY_ATTR { hn::StoreU(value, d, sums + (c * 9 + i * 3 + j) * to.pitch + k); });
      });
  pixels_to_planes(turned.data(), to.pitch, s.k, s.c * 9, dweight, s.c * 9);
}

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
