#include "kernels/activation/add.h"

namespace norma::reference {

template <class T>
void add(const Add<T>& args) {
  for (std::int64_t i = 0; i < args.count; ++i) args.y[i] = args.a[i] + args.b[i];
}

template void add(const Add<float>&);
template void add(const Add<double>&);

}  // namespace norma::reference
