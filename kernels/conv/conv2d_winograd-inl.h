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
template <class D, class V = hn::Vec<D>>
struct Winograd {
  static HWY_INLINE V constant(double value) { return hn::Set(D(), static_cast<hn::TFromD<D>>(value)); }
  // (even + point·odd, even − point·odd): a polynomial at ±point.
  static HWY_INLINE void at_both(double point, V even, V odd, V& plus, V& minus) {
    plus = hn::MulAdd(constant(point), odd, even);
    minus = hn::NegMulAdd(constant(point), odd, even);
  }

  // Bᵀ d, of 6 inputs.
  static HWY_INLINE void input(V* v) {
    const V even_a = hn::NegMulAdd(constant(beta2), v[2], v[4]), odd_a = hn::NegMulAdd(constant(beta2), v[1], v[3]);
    const V even_b = hn::NegMulAdd(constant(alpha2), v[2], v[4]), odd_b = hn::NegMulAdd(constant(alpha2), v[1], v[3]);
    v[0] = hn::NegMulAdd(constant(alpha2 + beta2), v[2], hn::Add(v[0], v[4]));
    v[5] = hn::NegMulAdd(constant(alpha2 + beta2), v[3], hn::Add(v[1], v[5]));
    at_both(alpha, even_a, odd_a, v[1], v[2]);
    at_both(beta, even_b, odd_b, v[3], v[4]);
  }
  // Aᵀ m: 4 outputs of 6 values.
  static HWY_INLINE void output(V* v) {
    const V even_a = hn::Add(v[1], v[2]), odd_a = hn::Sub(v[1], v[2]);
    const V even_b = hn::Add(v[3], v[4]), odd_b = hn::Sub(v[3], v[4]);
    v[0] = hn::Add(v[0], hn::Add(even_a, even_b));
    v[1] = hn::MulAdd(constant(alpha), odd_a, hn::Mul(constant(beta), odd_b));
    v[2] = hn::MulAdd(constant(alpha2), even_a, hn::Mul(constant(beta2), even_b));
    v[3] = hn::MulAdd(constant(alpha2 * alpha), odd_a, hn::MulAdd(constant(beta2 * beta), odd_b, v[5]));
  }
  // A y: 6 values of 4 cotangents.
  static HWY_INLINE void cotangent(V* v) {
    v[5] = v[3];
    const V y0 = v[0], y1 = v[1], y2 = v[2], y3 = v[3];
    at_both(alpha, hn::MulAdd(constant(alpha2), y2, y0), hn::MulAdd(constant(alpha2), y3, y1), v[1], v[2]);
    at_both(beta, hn::MulAdd(constant(beta2), y2, y0), hn::MulAdd(constant(beta2), y3, y1), v[3], v[4]);
  }
  static constexpr double scale_a = 1 / (2 * alpha2 * (alpha2 - beta2)), scale_b = 1 / (2 * beta2 * (beta2 - alpha2));
  // G g: 6 values of 3 weights.
  static HWY_INLINE void weight(V* v) {
    const V g0 = v[0], g1 = v[1], g2 = v[2];
    const V even_a = hn::Mul(constant(scale_a), hn::MulAdd(constant(alpha2), g2, g0));
    const V even_b = hn::Mul(constant(scale_b), hn::MulAdd(constant(beta2), g2, g0));
    at_both(alpha * scale_a, even_a, g1, v[1], v[2]);
    at_both(beta * scale_b, even_b, g1, v[3], v[4]);
    v[5] = g2;
  }
  // Gᵀ u: gradients of 3 weights.
  static HWY_INLINE void weight_gradient(V* v) {
    const V even_a = hn::Mul(constant(scale_a), hn::Add(v[1], v[2]));
    const V even_b = hn::Mul(constant(scale_b), hn::Add(v[3], v[4]));
    const V odd_a = hn::Sub(v[1], v[2]), odd_b = hn::Sub(v[3], v[4]);
    v[0] = hn::Add(v[0], hn::Add(even_a, even_b));
    v[1] = hn::MulAdd(constant(alpha * scale_a), odd_a, hn::Mul(constant(beta * scale_b), odd_b));
    v[2] = hn::MulAdd(constant(alpha2), even_a, hn::MulAdd(constant(beta2), even_b, v[5]));
  }
};

// A transform on the columns, then on the rows, of the In × In vectors that load(u, v) gives; the Out × Out
// results go to store(u, v, vector).
template <int In, int Out, class D, class Transform, class Load, class Store>
HWY_INLINE void in_two_dimensions(D, Transform transform, Load load, Store store) {
  hn::Vec<D> half[Out][In];
  for (int v = 0; v < In; ++v) {
    hn::Vec<D> column[window_size];
    for (int u = 0; u < In; ++u) column[u] = load(u, v);
    transform(column);
    for (int u = 0; u < Out; ++u) half[u][v] = column[u];
  }
  for (int u = 0; u < Out; ++u) {
    hn::Vec<D> row[window_size];
    for (int v = 0; v < In; ++v) row[v] = half[u][v];
    transform(row);
    for (int v = 0; v < Out; ++v) store(u, v, row[v]);
  }
}

// How a piece of work, some images, is cut into tiles of the output.
struct Tiles {
  std::int64_t h, w;  // of an output image
  std::int64_t down = divide_up(h, tile_size), across = divide_up(w, tile_size);
  std::int64_t images(std::int64_t batch) const {  // of a piece: at least tiles_at_once tiles where there are
    return std::clamp<std::int64_t>(tiles_at_once / (down * across), 1, batch);
  }
  std::int64_t count(std::int64_t images) const { return images * down * across; }
};

// 36 matrices [rows][pitch], a little apart, so that the 36 values of a tile do not fall on the same set of the
// cache.
template <class T>
struct Values {
  std::int64_t pitch, distance;
  Scratch<T> memory;
  Values(std::int64_t rows, std::int64_t columns)
      : pitch(columns), distance(rows * columns + 64 / static_cast<std::int64_t>(sizeof(T))), memory(winograd_values * distance) {}
  T* operator[](std::int64_t value) const { return memory.data() + value * distance; }
};

template <class T>
std::int64_t whole_vectors(std::int64_t channels) {
  return divide_up(channels, lanes_of<T>()) * lanes_of<T>();
}

// Pixel-major images, [pixels][pitch] each.
template <class T>
struct Pixels {
  std::int64_t h, w, channels, pitch = whole_vectors<T>(channels);
  std::int64_t size() const { return h * w * pitch; }
};

// Transforms `count` windows of Size × Size pixels, 4 apart, the first `top` above and `left` of the image's corner.
template <int Size, class T, class Transform>
void transform_windows(const Pixels<T>& s, const T* images, std::int64_t top, std::int64_t left, const Tiles& tiles,
                       std::int64_t first, std::int64_t count, Transform transform, const Values<T>& values) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  for (std::int64_t t = 0; t < count; ++t) {
    const std::int64_t index = first + t, across = index % tiles.across, down = index / tiles.across % tiles.down;
    const std::int64_t row = down * tile_size - top, column = across * tile_size - left;
    const T* corner = images + index / tiles.count(1) * s.size() + (row * s.w + column) * s.pitch;
    for (std::int64_t c = 0; c < s.pitch; c += lanes_of<T>())
      in_two_dimensions<Size, window_size>(
          d, transform,
          [&](int u, int v) HWY_ATTR -> V {
            const bool inside = row + u >= 0 && row + u < s.h && column + v >= 0 && column + v < s.w;
            return inside ? hn::LoadU(d, corner + (u * s.w + v) * s.pitch + c) : hn::Zero(d);
          },
          [&](int u, int v, V value) HWY_ATTR { hn::StoreU(value, d, values[u * window_size + v] + t * values.pitch + c); });
  }
}

// The other way: tiles of the output, the bias added, cropped to the image.
template <class T>
void write_tiles(const Values<T>& values, const T* bias, const Tiles& tiles, std::int64_t first, std::int64_t count, const Pixels<T>& s, T* images) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  for (std::int64_t t = 0; t < count; ++t) {
    const std::int64_t index = first + t, row = index / tiles.across % tiles.down * tile_size,
                       column = index % tiles.across * tile_size;
    T* corner = images + index / tiles.count(1) * s.size() + (row * s.w + column) * s.pitch;
    for (std::int64_t k = 0; k < s.pitch; k += lanes_of<T>()) {
      const V term = hn::LoadU(d, bias + k);
      in_two_dimensions<window_size, tile_size>(
          d, Winograd<decltype(d)>::output,
          [&](int u, int v) HWY_ATTR { return hn::LoadU(d, values[u * window_size + v] + t * values.pitch + k); },
          [&](int u, int v, V value) HWY_ATTR {
            if (row + u < s.h && column + v < s.w) hn::StoreU(hn::Add(value, term), d, corner + (u * s.w + v) * s.pitch + k);
          });
    }
  }
}

// A 3×3 correlation of stride 1: forward, and backward data with other weights.
struct Correlation {
  std::int64_t n, c, h, w;            // the source
  std::int64_t k, out_h, out_w;       // the result
  std::int64_t top, left;             // padding, 0 … 2
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
          d, Winograd<decltype(d)>::weight,
          [&](int i, int j) HWY_ATTR { return hn::LoadU(d, weight_at(c, i * 3 + j) + k); },
          [&](int i, int j, V value) HWY_ATTR { hn::StoreU(value, d, u[i * window_size + j] + c * to.pitch + k); });
  const Scratch<T> padded_bias(to.pitch);
  std::fill_n(padded_bias.data(), to.pitch, T{0});
  if (bias) std::copy_n(bias, s.k, padded_bias.data());

  const Tiles tiles{s.out_h, s.out_w};
  const std::int64_t images = tiles.images(s.n);
  parallel_for(divide_up(s.n, images), [&](std::int64_t piece) HWY_ATTR {
    const std::int64_t begin = piece * images, count = std::min(images, s.n - begin);
    const Scratch<T> source(images * from.size()), result(images * to.size());
    const Values<T> v(tiles_at_once, from.pitch), m(tiles_at_once, to.pitch);
    for (std::int64_t i = 0; i < count; ++i)
      planes_to_pixels(x + (begin + i) * s.c * s.h * s.w, s.h * s.w, s.c, s.h * s.w, source.data() + i * from.size(), from.pitch);
    for (std::int64_t t = 0, some; t < tiles.count(count); t += some) {
      some = std::min(tiles_at_once, tiles.count(count) - t);
      transform_windows<window_size>(from, source.data(), s.top, s.left, tiles, t, some, Winograd<decltype(d)>::input, v);
      for (std::int64_t i = 0; i < winograd_values; ++i)
        multiply<T>(some, to.pitch, s.c, {v[i], v.pitch}, {u[i], u.pitch}, {m[i], m.pitch}, false);
      write_tiles(m, padded_bias.data(), tiles, t, some, to, result.data());
    }
    for (std::int64_t i = 0; i < count; ++i)
      pixels_to_planes(result.data() + i * to.size(), to.pitch, s.k, s.out_h * s.out_w, y + (begin + i) * s.k * s.out_h * s.out_w, s.out_h * s.out_w);
  });
}

// dweight[k][c][tap] of a convolution of stride 1: `dy` is [n, k, out_h, out_w]. Pieces of images are summed up in
// at most 16 parts, and those in their order.
template <class T>
void winograd_weight_gradient(const Correlation& s, const T* x, const T* dy, T* dweight) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  const Pixels<T> from{s.h, s.w, s.c}, to{s.out_h, s.out_w, s.k};
  const Tiles tiles{s.out_h, s.out_w};
  const std::int64_t images = tiles.images(s.n), pieces = divide_up(s.n, images);
  const std::int64_t parts = std::min<std::int64_t>(pieces, 16), size = s.c * 9 * to.pitch;
  const Scratch<T> sums(parts * size);  // [part][c][tap][k]
  parallel_for(parts, [&](std::int64_t part) HWY_ATTR {
    const Scratch<T> source(images * from.size()), cotangent(images * to.size());
    const Values<T> v(tiles_at_once, from.pitch), m(tiles_at_once, to.pitch), du(s.c, to.pitch);
    bool add = false;
    for (std::int64_t piece = part * pieces / parts; piece < (part + 1) * pieces / parts; ++piece) {
      const std::int64_t begin = piece * images, count = std::min(images, s.n - begin);
      for (std::int64_t i = 0; i < count; ++i) {
        planes_to_pixels(x + (begin + i) * s.c * s.h * s.w, s.h * s.w, s.c, s.h * s.w,
                         source.data() + i * from.size(), from.pitch);
        planes_to_pixels(dy + (begin + i) * s.k * s.out_h * s.out_w, s.out_h * s.out_w, s.k, s.out_h * s.out_w,
                         cotangent.data() + i * to.size(), to.pitch);
      }
      for (std::int64_t t = 0, some; t < tiles.count(count); t += some, add = true) {
        some = std::min(tiles_at_once, tiles.count(count) - t);
        transform_windows<window_size>(from, source.data(), s.top, s.left, tiles, t, some,
                                       Winograd<decltype(d)>::input, v);
        transform_windows<tile_size>(to, cotangent.data(), 0, 0, tiles, t, some,
                                     Winograd<decltype(d)>::cotangent, m);
        for (std::int64_t i = 0; i < winograd_values; ++i)
          multiply<T>(s.c, to.pitch, some, {v[i], 1, v.pitch}, {m[i], m.pitch}, {du[i], du.pitch}, add);
      }
    }
    for (std::int64_t c = 0; c < s.c; ++c)
      for (std::int64_t k = 0; k < to.pitch; k += lanes_of<T>())
        in_two_dimensions<window_size, 3>(
            d, Winograd<decltype(d)>::weight_gradient,
            [&](int i, int j) HWY_ATTR { return hn::LoadU(d, du[i * window_size + j] + c * to.pitch + k); },
            [&](int i, int j, V value) HWY_ATTR {
              hn::StoreU(value, d, sums.data() + part * size + (c * 9 + i * 3 + j) * to.pitch + k);
            });
  });
  for (std::int64_t part = 1; part < parts; ++part)
    for (std::int64_t i = 0; i < size; ++i) sums[i] += sums[part * size + i];
  pixels_to_planes(sums.data(), to.pitch, s.k, s.c * 9, dweight, s.c * 9);
}

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
