#include "kernels/random/dropout.h"

namespace norma::reference {

template <class T>
void dropout(const DropElements<T>& a) {
  const RandomSequence random = a.random.now();
  for (std::int64_t i = 0; i < a.count; ++i) {
    const bool keep = random.uniform(static_cast<std::uint64_t>(a.first + i / a.run)) >= a.p;
    a.y[i] = keep ? static_cast<T>(a.x[i] * dropout_scale(a.p)) : T{0};
  }
}

NORMA_INSTANTIATE(dropout, DropElements)

}  // namespace norma::reference
