// The inner loop of the CPU convolution. All of its arithmetic but Winograd's transforms happens here, in
// registers:
//
//                    columns: 2 vectors of b                c = a·b, or c += a·b
//               ┌───────────────┬───────────────┐
//    12 rows    │ c[0][0 … 15]  │ c[0][16 … 31] │   += a[0][t]  · (b[t][0 … 15], b[t][16 … 31])
//    of a       │      …        │      …        │
//               │ c[11][0 … 15] │ c[11][16 … 31]│   += a[11][t] · (…),    for every t
//               └───────────────┴───────────────┘
//
// 12×2 sums, 2 vectors of b and one number of a fill 27 of 32 registers, and 14 loads feed 24 multiply-adds.
// 16 registers hold 6×2.

#if defined(NORMA_CONV2D_MATMUL_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMA_CONV2D_MATMUL_INL
#undef NORMA_CONV2D_MATMUL_INL
#else
#define NORMA_CONV2D_MATMUL_INL
#endif

#include <algorithm>
#include <type_traits>
#include <utility>

#include "core/image_tree.h"
#include "core/parallel.h"
#include "kernels/scratch.h"
#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SSE2 || HWY_TARGET == HWY_SSSE3 || HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_AVX2
constexpr int block_rows = 6;  // 16 vector registers
#else
constexpr int block_rows = 12;  // 32 vector registers
#endif
constexpr int block_vectors = 2;

/// Where a matrix lies: element (i, j) is data[i·row + j·column].
template <class T>
struct Matrix {
  T* data;
  std::int64_t row, column = 1;
};

/// What is summed over: `count` columns of a and rows of b in each of `strips`; the other members are the
/// distances from one strip to the next.
struct Inner {
  std::int64_t count, strips = 1, a_distance = 0, b_distance = 0;
};

template <class T>
std::int64_t lanes_of() {
  return static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<T>()));
}

inline std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

template <class T>
std::int64_t whole_vectors(std::int64_t numbers) {
  return divide_up(numbers, lanes_of<T>()) * lanes_of<T>();
}

/// Calls f(integral_constant<int, n>) for a run-time n in [1, Max].
template <int Max, class F>
HWY_INLINE void with_constant(std::int64_t n, F&& f) {
  if constexpr (Max > 1) {
    if (n < Max) return with_constant<Max - 1>(n, std::forward<F>(f));
  }
  f(std::integral_constant<int, Max>{});
}

// One block: R rows × V vectors, or the first `columns` lanes of one vector.
template <int R, int V, class T>
void multiply_block(Inner inner, Matrix<const T> a, Matrix<const T> b, Matrix<T> c, std::int64_t columns,
                    bool add) {
  const hn::ScalableTag<T> d;
  const std::int64_t lanes = lanes_of<T>();
  const auto some = static_cast<std::size_t>(columns);
  const auto load = [&](const T* p) HWY_ATTR {
    if constexpr (V == 1)
      return load_first(d, some, p);
    else
      return hn::LoadU(d, p);
  };
  hn::Vec<decltype(d)> sum[R][V], line[V];
  HWY_UNROLL(16)
  for (int i = 0; i < R; ++i)
    for (int v = 0; v < V; ++v) sum[i][v] = add ? load(c.data + i * c.row + v * lanes) : hn::Zero(d);
  for (std::int64_t strip = 0; strip < inner.strips; ++strip) {
    const T *factors = a.data + strip * inner.a_distance, *vectors = b.data + strip * inner.b_distance;
    for (std::int64_t t = 0; t < inner.count; ++t, factors += a.column, vectors += b.row) {
      for (int v = 0; v < V; ++v) line[v] = load(vectors + v * lanes);
      HWY_UNROLL(16)
      for (int i = 0; i < R; ++i) {
        const auto factor = hn::Set(d, factors[i * a.row]);
        for (int v = 0; v < V; ++v) sum[i][v] = hn::MulAdd(factor, line[v], sum[i][v]);
      }
    }
  }
  HWY_UNROLL(16)
  for (int i = 0; i < R; ++i)
    for (int v = 0; v < V; ++v) {
      T* const to = c.data + i * c.row + v * lanes;
      if constexpr (V == 1)
        store_first(d, some, sum[i][v], to);
      else
        hn::StoreU(sum[i][v], d, to);
    }
}

/// c = a·b, or c += a·b if `add`: [rows, inner] × [inner, columns]. Rows of b and c are contiguous. Rows are
/// cut into blocks of at most block_rows, as even as possible: 32 = 10 + 11 + 11, not 12 + 12 + 8; columns
/// into panels of b that stay in the L1 cache for all of them.
template <class T>
void multiply(std::int64_t rows, std::int64_t columns, Inner inner, Matrix<const T> a, Matrix<const T> b,
              Matrix<T> c, bool add) {
  constexpr std::int64_t panel = 256;
  const std::int64_t lanes = lanes_of<T>(), blocks = divide_up(rows, block_rows);
  for (std::int64_t begin = 0; begin < columns; begin += panel)
    for (std::int64_t block = 0; block < blocks; ++block) {
      const std::int64_t i = block * rows / blocks, height = (block + 1) * rows / blocks - i;
      const std::int64_t end = std::min(columns, begin + panel);
      const Matrix<const T> part{a.data + i * a.row, a.row, a.column};
      with_constant<block_rows>(height, [&](auto r) HWY_ATTR {
        std::int64_t j = begin;
        for (; j + block_vectors * lanes <= end; j += block_vectors * lanes)
          multiply_block<r(), block_vectors>(inner, part, {b.data + j, b.row},
                                             {c.data + i * c.row + j, c.row}, 0, add);
        for (; j < end; j += lanes)
          multiply_block<r(), 1>(inner, part, {b.data + j, b.row}, {c.data + i * c.row + j, c.row},
                                 std::min(lanes, end - j), add);
      });
    }
}

/// total[0 … size) = the sum over n images, as a tree (core/image_tree.h); work(begin, end, sums) writes
/// the sum of the images [begin, end).
template <class T, class Work>
void add_over_images(std::int64_t n, std::int64_t size, T* total, Work work) {
  const ImageTree tree(n);
  const Scratch<T> sums(tree.size() * size);
  parallel_for(tree.size(),
               [&](std::int64_t leaf) { work(tree.begin(leaf), tree.end(leaf), sums.data() + leaf * size); });
  tree.add_arrays(sums.data(), size, 0, size);
  std::copy_n(sums.data(), size, total);
}

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
