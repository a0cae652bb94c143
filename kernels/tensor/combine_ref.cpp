#include "kernels/tensor/combine_math.h"

namespace norma::reference {

template <class T>
void combine(const Combine<T>& args) {
  const std::int64_t b = args.repeat.b, c = args.repeat.c, d = args.repeat.d;
  combination::with_function(args.function, [&](auto f) {
    for (std::int64_t i = 0; i < args.repeat.large(); ++i) {
      const T x = f() == CombineFunction::second ? T{0} : args.x[i];
      args.y[i] = combination::value<f()>(x, args.v[i / (b * c * d) * c + i / d % c]);
    }
  });
}

NORMA_INSTANTIATE(combine, Combine)

}  // namespace norma::reference
