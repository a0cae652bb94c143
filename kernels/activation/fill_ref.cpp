#include "kernels/activation/fill.h"

namespace norma::reference {

template <class T>
void fill(const Fill<T>& a) {
  for (std::int64_t i = 0; i < a.count; ++i) a.y[i] = static_cast<T>(a.value);
}

NORMA_INSTANTIATE(fill, Fill)

}  // namespace norma::reference
