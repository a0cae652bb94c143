#include "kernels/activation/add.h"

namespace norma::reference {

template <class T>
void add(const Add<T>& args) {
  for (std::int64_t i = 0; i < args.count; ++i) args.y[i] = args.a[i] + args.b[i];
}

NORMA_INSTANTIATE(add, Add)

}  // namespace norma::reference
