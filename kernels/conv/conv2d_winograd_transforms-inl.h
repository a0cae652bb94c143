// Winograd's algorithm F(4×4, 3×3) for numbers in vectors: four outputs of a three-tap filter need six
// multiplications instead of twelve, 4×4 outputs of a 3×3 filter 36 instead of 144 (Lavin and Gray, Fast
// Algorithms for Convolutional Neural Networks, 2016).
//
// A polynomial is known by its values at enough points, and the values of a product of polynomials are
// products of values. With the points 0, ±α, ±β and ∞, d six inputs, g three weights and y four outputs:
//
//   y = Aᵀ [ (G g) ⊙ (Bᵀ d) ],            in two dimensions   Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A
//
//        ⎡ 1    0   −α²−β²    0     1  0 ⎤
//        ⎢ 0  −αβ²   −β²      α     1  0 ⎥            ⎡ 1  1   1   1   1   0 ⎤
//   Bᵀ = ⎢ 0   αβ²   −β²     −α     1  0 ⎥       Aᵀ = ⎢ 0  α  −α   β  −β   0 ⎥
//        ⎢ 0  −βα²   −α²      β     1  0 ⎥            ⎢ 0  α²  α²  β²  β²  0 ⎥
//        ⎢ 0   βα²   −α²     −β     1  0 ⎥            ⎣ 0  α³ −α³  β³ −β³  1 ⎦
//        ⎣ 0    1     0    −α²−β²   0  1 ⎦
//
//   G has the rows (1, 0, 0), (1, ±α, α²) / (2α²(α² − β²)), (1, ±β, β²) / (2β²(β² − α²)), (0, 0, 1).
//
// α = 2/3 and β = 3/2 have rounding errors among the smallest of the points that were tried: with 32 channels
// the largest is 1.3e-6 of the largest output in float32, against 4.4e-6 with the customary 1 and 2. The
// corners of Bᵀ would be α²β², and are 1 because αβ = 1.

#if defined(NORMA_CONV2D_WINOGRAD_TRANSFORMS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMA_CONV2D_WINOGRAD_TRANSFORMS_INL
#undef NORMA_CONV2D_WINOGRAD_TRANSFORMS_INL
#else
#define NORMA_CONV2D_WINOGRAD_TRANSFORMS_INL
#endif

#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

constexpr int tile_size = 4, window_size = 6, winograd_values = 36;

constexpr double alpha = 2.0 / 3, beta = 3.0 / 2, alpha2 = alpha * alpha, beta2 = beta * beta;
constexpr double scale_a = 1 / (2 * alpha2 * (alpha2 - beta2)), scale_b = 1 / (2 * beta2 * (beta2 - alpha2));

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

// The products with these matrices, in place: the vector v has room for the larger of operand and result.

/// Bᵀ d: 6 inputs to 6 values.
struct InputTransform {
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

/// Aᵀ m: 6 values to 4 outputs.
struct OutputTransform {
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

/// A y: 4 cotangents of outputs to 6 of values.
struct CotangentTransform {
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

/// G g: 3 weights to 6 values.
struct WeightTransform {
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

/// Gᵀ u: 6 cotangents of values to 3 of weights.
struct WeightGradientTransform {
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE void operator()(D d, V* v) const {
    const V even_a = hn::Mul(constant(d, scale_a), hn::Add(v[1], v[2])), odd_a = hn::Sub(v[1], v[2]);
    const V even_b = hn::Mul(constant(d, scale_b), hn::Add(v[3], v[4])), odd_b = hn::Sub(v[3], v[4]);
    v[0] = hn::Add(v[0], hn::Add(even_a, even_b));
    v[1] = hn::MulAdd(constant(d, alpha * scale_a), odd_a, hn::Mul(constant(d, beta * scale_b), odd_b));
    v[2] = hn::MulAdd(constant(d, alpha2), even_a, hn::MulAdd(constant(d, beta2), even_b, v[5]));
  }
};

/// A transform on the columns, then on the rows, of In × In vectors: load(v, column) gives those of a column,
/// and the Out × Out results go to store(u, v, vector).
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

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
