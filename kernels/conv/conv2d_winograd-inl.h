// 3×3 convolution of stride 1 by Winograd's algorithm (conv2d_winograd_transforms-inl.h): a quarter of the
// multiplications, and all that is summed over channels is 36 matrix products.
//
//   windows of 6×6 inputs,   36 values per window        36 sums per tile        4×4 outputs
//   4 apart                  and channel                 and output channel
//   ┌──────┬──┐
//   │ · · ·│· │   Bᵀ d B                    products                   Aᵀ m A    ┌────┐
//   │ · · ·│· │  ────────▶  v[36][tile][c]  ────────▶  m[36][tile][k]  ────────▶ │    │
//   └──────┴──┘                                ▲                                 └────┘
//                               G g Gᵀ ──▶ u[36][c][k]
//
// Vectors run along channels, so images are turned from [C][pixels] to [pixels][C] first, and back. Backward
// data is the same with weights flipped and transposed. Backward weight is the transpose of it all:
// with dm = A dy Aᵀ, du[36][c][k] = Σ_tiles v · dm, and dg = Gᵀ du G.

#if defined(NORMA_CONV2D_WINOGRAD_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMA_CONV2D_WINOGRAD_INL
#undef NORMA_CONV2D_WINOGRAD_INL
#else
#define NORMA_CONV2D_WINOGRAD_INL
#endif

#include "core/parallel.h"
#include "kernels/conv/conv2d_correlation.h"
#include "kernels/conv/conv2d_matmul-inl.h"
#include "kernels/conv/conv2d_transpose-inl.h"
#include "kernels/conv/conv2d_winograd_transforms-inl.h"
#include "kernels/scratch.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

constexpr std::int64_t tiles_at_once =
    32;  // their v and m, 150 kB each for 32 channels, stay in the L2 cache

// Some of the tiles of a piece of work, which is a few images.
struct TileRun {
  std::int64_t first, count, down, across;  // down × across tiles cover an image
  // f(t, image, row, column): t counts the run's tiles from 0, row and column are where a tile's corner lies.
  template <class F>
  HWY_INLINE void each(F&& f) const {
    std::int64_t i = first / across % down, j = first % across, image = first / (across * down);
    for (std::int64_t t = 0; t < count; ++t) {
      f(t, image, i * tile_size, j * tile_size);
      if (++j == across) j = 0, ++i;
      if (i == down) i = 0, ++image;
    }
  }
};

// How outputs are cut into tiles.
struct Tiles {
  std::int64_t down, across;
  explicit Tiles(const Correlation& s)
      : down(divide_up(s.out_h, tile_size)), across(divide_up(s.out_w, tile_size)) {}
  // Images of a piece of work: as many as tiles_at_once hold.
  std::int64_t images(std::int64_t batch) const {
    return std::clamp<std::int64_t>(tiles_at_once / (down * across), 1, batch);
  }
  template <class F>
  void each_run(std::int64_t images, F&& f) const {
    const std::int64_t all = images * down * across;
    for (std::int64_t t = 0; t < all; t += tiles_at_once)
      f(TileRun{t, std::min(tiles_at_once, all - t), down, across});
  }
};

// Images turned to pixels: [h·w][pitch] each.
template <class T>
struct Pixels {
  std::int64_t h, w, channels, pitch = whole_vectors<T>(channels), size = h * w * pitch;
  void turn(const T* images, std::int64_t count, T* pixels) const {
    for (std::int64_t i = 0; i < count; ++i)
      planes_to_pixels(images + i * channels * h * w, h * w, channels, h * w, pixels + i * size, pitch);
  }
  void turn_back(const T* pixels, std::int64_t count, T* images) const {
    for (std::int64_t i = 0; i < count; ++i)
      pixels_to_planes(pixels + i * size, pitch, channels, h * w, images + i * channels * h * w, h * w);
  }
};

// Where the 36 values of a tile lie, in vectors.
template <class T>
struct ValuesOfTile {
  T* first;
  std::int64_t distance;
  T* operator()(int u, int v) const { return first + (u * window_size + v) * distance; }
};

// The 36 matrices v, m or u, [rows][pitch] each; one row more lies between them, so that the 36 values of a
// tile do not all meet in one set of the cache.
template <class T>
struct Values {
  std::int64_t pitch, distance;
  Scratch<T> memory;
  Values(std::int64_t rows, std::int64_t columns)
      : pitch(columns), distance((rows + 1) * columns), memory(winograd_values * distance) {}
  T* operator[](std::int64_t value) const { return memory.data() + value * distance; }
  ValuesOfTile<T> tile(std::int64_t row, std::int64_t column) const {
    return {memory.data() + row * pitch + column, distance};
  }
};

// v of a run: transforms windows of Size × Size pixels, the first of which begins `top` above and `left` of
// the image. Pixels outside of it are zero.
template <int Size, class T, class Transform>
void read_windows(const TileRun& run, const Pixels<T>& from, const T* images, std::int64_t top,
                  std::int64_t left, Transform transform, const Values<T>& values) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  HWY_ALIGN const T zeros[hn::MaxLanes(d)] = {};
  run.each([&](std::int64_t t, std::int64_t image, std::int64_t row, std::int64_t column) HWY_ATTR {
    const T* rows[Size];
    for (int u = 0; u < Size; ++u) {
      const std::int64_t i = row - top + u;
      rows[u] = i >= 0 && i < from.h ? images + image * from.size + i * from.w * from.pitch : nullptr;
    }
    for (std::int64_t c = 0; c < from.pitch; c += lanes_of<T>()) {
      const auto at = values.tile(t, c);
      in_two_dimensions<Size, window_size>(
          d, transform,
          [&](int v, V* pixels) HWY_ATTR {
            const std::int64_t j = column - left + v, pixel = j * from.pitch + c;
            const bool inside = j >= 0 && j < from.w;
            for (int u = 0; u < Size; ++u)
              pixels[u] = hn::LoadU(d, inside && rows[u] ? rows[u] + pixel : zeros);
          },
          [&](int u, int v, V value) HWY_ATTR { hn::StoreU(value, d, at(u, v)); });
    }
  });
}

// The outputs of a run: transforms m, adds the bias, crops to the image.
template <class T>
void write_tiles(const TileRun& run, const Values<T>& m, const T* bias, const Pixels<T>& to, T* images) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  run.each([&](std::int64_t t, std::int64_t image, std::int64_t row, std::int64_t column) HWY_ATTR {
    const std::int64_t step = to.w * to.pitch, rows = to.h - row, columns = to.w - column;
    for (std::int64_t k = 0; k < to.pitch; k += lanes_of<T>()) {
      T* const corner = images + image * to.size + row * step + column * to.pitch + k;
      const auto at = m.tile(t, k);
      const V term = hn::LoadU(d, bias + k);
      in_two_dimensions<window_size, tile_size>(
          d, OutputTransform(),
          [&](int v, V* values) HWY_ATTR {
            for (int u = 0; u < window_size; ++u) values[u] = hn::LoadU(d, at(u, v));
          },
          [&](int u, int v, V value) HWY_ATTR {
            if (u < rows && v < columns)
              hn::StoreU(hn::Add(value, term), d, corner + u * step + v * to.pitch);
          });
    }
  });
}

// y = x correlated with weights [tap][whole_blocks(c)][whole_vectors(k)], plus bias.
template <class T>
void winograd_correlate(const Correlation& s, const T* x, const T* weight, const T* bias, T* y) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  const Pixels<T> from{s.h, s.w, s.c}, to{s.out_h, s.out_w, s.k};
  const Values<T> u(s.c, to.pitch);
  for (std::int64_t c = 0; c < s.c; ++c)
    for (std::int64_t k = 0; k < to.pitch; k += lanes_of<T>()) {
      const auto at = u.tile(c, k);
      in_two_dimensions<3, window_size>(
          d, WeightTransform(),
          [&](int j, V* weights) HWY_ATTR {
            for (int i = 0; i < 3; ++i)
              weights[i] = hn::LoadU(d, weight + ((i * 3 + j) * whole_blocks<T>(s.c) + c) * to.pitch + k);
          },
          [&](int i, int j, V value) HWY_ATTR { hn::StoreU(value, d, at(i, j)); });
    }
  const Scratch<T> padded_bias(to.pitch);
  std::fill_n(padded_bias.data(), to.pitch, T{0});
  if (bias) std::copy_n(bias, s.k, padded_bias.data());

  const Tiles tiles(s);
  const std::int64_t images = tiles.images(s.n);
  parallel_for(divide_up(s.n, images), [&](std::int64_t piece) {
    const std::int64_t first = piece * images, count = std::min(images, s.n - first);
    const Scratch<T> source(images * from.size), result(images * to.size);
    const Values<T> v(tiles_at_once, from.pitch), m(tiles_at_once, to.pitch);
    from.turn(x + first * s.c * s.h * s.w, count, source.data());
    tiles.each_run(count, [&](const TileRun& run) {
      read_windows<window_size>(run, from, source.data(), s.top, s.left, InputTransform(), v);
      for (int i = 0; i < winograd_values; ++i)
        multiply<T>(run.count, to.pitch, {s.c}, {v[i], v.pitch}, {u[i], u.pitch}, {m[i], m.pitch}, false);
      write_tiles(run, m, padded_bias.data(), to, result.data());
    });
    to.turn_back(result.data(), count, y + first * s.k * s.out_h * s.out_w);
    if (s.done) s.done(first, first + count);
  });
}

// sums [tap][whole_blocks(c)][whole_vectors(k)] of the weight's gradient.
template <class T>
void winograd_weight_gradient(const Correlation& s, const T* x, const T* dy, T* sums) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  const Pixels<T> from{s.h, s.w, s.c}, to{s.out_h, s.out_w, s.k};
  const Tiles tiles(s);
  const std::int64_t images = tiles.images(s.n), rows = whole_blocks<T>(s.c), size = 9 * rows * to.pitch;
  add_over_images(s.n, size, sums, [&](std::int64_t begin, std::int64_t end, T* part) HWY_ATTR {
    const Scratch<T> source(images * from.size), cotangent(images * to.size);
    const Values<T> v(tiles_at_once, from.pitch), dm(tiles_at_once, to.pitch), du(s.c, to.pitch);
    std::fill_n(part, size, T{0});
    bool add = false;
    for (std::int64_t first = begin; first < end; first += images) {
      const std::int64_t count = std::min(images, end - first);
      from.turn(x + first * s.c * s.h * s.w, count, source.data());
      to.turn(dy + first * s.k * s.out_h * s.out_w, count, cotangent.data());
      tiles.each_run(count, [&](const TileRun& run) {
        read_windows<window_size>(run, from, source.data(), s.top, s.left, InputTransform(), v);
        read_windows<tile_size>(run, to, cotangent.data(), 0, 0, CotangentTransform(), dm);
        for (int i = 0; i < winograd_values; ++i)
          multiply<T>(s.c, to.pitch, {run.count}, {v[i], 1, v.pitch}, {dm[i], dm.pitch}, {du[i], du.pitch},
                      add);
        add = true;
      });
    }
    for (std::int64_t c = 0; c < s.c; ++c)
      for (std::int64_t k = 0; k < to.pitch; k += lanes_of<T>()) {
        const auto at = du.tile(c, k);
        in_two_dimensions<window_size, 3>(
            d, WeightGradientTransform(),
            [&](int j, V* values) HWY_ATTR {
              for (int i = 0; i < window_size; ++i) values[i] = hn::LoadU(d, at(i, j));
            },
            [&](int i, int j, V value)
                HWY_ATTR { hn::StoreU(value, d, part + ((i * 3 + j) * rows + c) * to.pitch + k); });
      }
  });
}

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
