// What follows a norm (epilogue.h), as its kernels see it: a type whose forward() is applied to z before it
// is stored, and whose backward() is applied to dy after it is loaded.
//
//   NoEpilogue       leaves both as they are, and costs nothing
//   ReluAndDraw      ReLU, and a factor for each run, a plane. of_run() draws it: once per team
//   ReluAndFactors   ReLU, and the factor of the plane that an element belongs to, where a run is not a
//                    plane. A separate launch draws the factors and stores them in memory: about sixty
//                    integer instructions per Philox block would be too many for each access
#pragma once

#include "kernels/cuda/pack.cuh"
#include "kernels/cuda/scratch.h"
#include "kernels/norm/epilogue.h"
#include "kernels/random/keep.cuh"

namespace norma::NORMA_EXECUTOR {

struct NoEpilogue {
  template <class Layout>
  __device__ __forceinline__ const NoEpilogue& of_run(const Layout&, unsigned) const {
    return *this;
  }
  template <class Pack, class Layout>
  __device__ __forceinline__ Pack forward(const Pack& z, const Layout&, unsigned, unsigned) const {
    return z;
  }
  template <class Pack, class Z, class Layout>
  __device__ __forceinline__ Pack backward(const Pack& dy, const Z&, const Layout&, unsigned,
                                           unsigned) const {
    return dy;
  }
};

/// y of z. A plane that is dropped is 0 whatever is in it.
template <class T>
__device__ __forceinline__ T relu_times(T z, T factor) {
  return z < 0 || factor == 0 ? T{0} : z * factor;
}
/// dz of dy.
template <class T>
__device__ __forceinline__ T relu_times_gradient(T dy, T z, T factor) {
  return z > 0 && factor != 0 ? dy * factor : T{0};
}

/// ReLU and one factor for all.
template <class T>
struct ReluAndFactor {
  T factor;

  template <int Width, class Layout>
  __device__ __forceinline__ Pack<T, Width> forward(const Pack<T, Width>& z, const Layout&, unsigned,
                                                    unsigned) const {
    Pack<T, Width> y;
    for (int e = 0; e < Width; ++e) y.at[e] = relu_times(z.at[e], factor);
    return y;
  }
  template <int Width, class Z, class Layout>
  __device__ __forceinline__ Pack<T, Width> backward(const Pack<T, Width>& dy, const Z& z_at, const Layout&,
                                                     unsigned, unsigned) const {
    const Pack<T, Width> z = z_at();
    Pack<T, Width> dz;
    for (int e = 0; e < Width; ++e) dz.at[e] = relu_times_gradient(dy.at[e], z.at[e], factor);
    return dz;
  }
};

/// The mask of dropout2d (kernels/random/dropout.cu), bit for bit.
template <class T>
struct ReluAndDraw {
  RandomSequence random;
  std::uint64_t first;  ///< the random word of plane 0
  Keep keep;
  T scale;

  template <class Layout>
  __device__ __forceinline__ ReluAndFactor<T> of_run(const Layout& layout, unsigned run) const {
    static_assert(Layout::run_is_plane);
    const bool kept = keep.threshold == 0 || keep(random.now().word(first + layout.plane(run, 0)));
    return {kept ? scale : T{0}};
  }
};

template <class T>
struct ReluAndFactors {
  const T* factors;  ///< of every plane, 0 where it is dropped; nullptr for 1

  template <class Layout>
  __device__ __forceinline__ const ReluAndFactors& of_run(const Layout&, unsigned) const {
    return *this;
  }
  /// y of a pack of z that begins at element i of a run.
  template <int Width, class Layout>
  __device__ __forceinline__ Pack<T, Width> forward(const Pack<T, Width>& z, const Layout& layout,
                                                    unsigned run, unsigned i) const {
    const auto factor = load_factors<Width>(layout, run, i);
    Pack<T, Width> y;
    for (int e = 0; e < Width; ++e) y.at[e] = relu_times(z.at[e], factor.at[e]);
    return y;
  }

  /// dz of a pack of dy; z_at() gives its z.
  template <int Width, class Z, class Layout>
  __device__ __forceinline__ Pack<T, Width> backward(const Pack<T, Width>& dy, const Z& z_at,
                                                     const Layout& layout, unsigned run, unsigned i) const {
    const auto factor = load_factors<Width>(layout, run, i);
    const Pack<T, Width> z = z_at();
    Pack<T, Width> dz;
    for (int e = 0; e < Width; ++e) dz.at[e] = relu_times_gradient(dy.at[e], z.at[e], factor.at[e]);
    return dz;
  }

 private:
  template <int Width, class Layout>
  __device__ __forceinline__ Pack<T, Width> load_factors(const Layout& layout, unsigned run,
                                                         unsigned i) const {
    Pack<T, Width> factor;
    if (factors == nullptr) {
      for (T& f : factor.at) f = 1;
    } else if constexpr (Layout::plane_an_element && Width > 1) {
      unsigned plane = layout.plane(run, i), left = layout.left(i);
      for (T& f : factor.at) {
        f = factors[plane];
        if (--left == 0) ++plane, left = layout.elements;
      }
    } else {
      const T all = factors[layout.plane(run, i)];
      for (T& f : factor.at) f = all;
    }
    return factor;
  }
};

// draw_factors
//
// MATH     factors[i] = scale where random word first + i keeps its plane, else 0
// MAPPING  one thread per plane
// MEMORY   writes sizeof(T) per plane
// NUMERICS the mask of dropout2d (kernels/random/dropout.cu), bit for bit
template <class T>
__global__ void __launch_bounds__(block_threads)
    draw_factors(long long planes, RandomSequence random, std::uint64_t first, Keep keep, T scale,
                 T* factors) {
  const RandomSequence now = random.now();
  for (long long i = thread_in_grid(); i < planes; i += threads_in_grid())
    factors[i] = keep(now.word(first + static_cast<std::uint64_t>(i))) ? scale : T{0};
}

/// Calls f with the epilogue for so many planes, stored.
template <class T, class F>
void with_epilogue(const Epilogue& after, std::int64_t planes, F&& f) {
  if (!after.relu) return f(NoEpilogue());
  if (after.p == 0) return f(ReluAndFactors<T>{nullptr});
  const DeviceScratch<T> factors(planes);
  launch(draw_factors<T>, {.grid = blocks_for(planes), .block = block_threads}, planes, after.random,
         static_cast<std::uint64_t>(after.first), Keep(after.p), static_cast<T>(dropout_scale(after.p)),
         factors.data());
  f(ReluAndFactors<T>{factors.data()});
}

/// Calls f with the epilogue where runs are planes.
template <class T, class F>
void with_epilogue_of_planes(const Epilogue& after, F&& f) {
  if (!after.relu) return f(NoEpilogue());
  f(ReluAndDraw<T>{after.random, static_cast<std::uint64_t>(after.first), Keep(after.p),
                   static_cast<T>(dropout_scale(after.p))});
}

}  // namespace norma::NORMA_EXECUTOR
