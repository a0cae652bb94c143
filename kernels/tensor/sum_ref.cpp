#include <vector>

#include "kernels/tensor/sum.h"

namespace norma::reference {

template <class T>
void sum(const Sum<T>& args) {
  const auto& [a, b, c, d] = args.repeat;
  std::vector<double> sums(static_cast<std::size_t>(a * c));
  for (std::int64_t i = 0; i < args.repeat.large(); ++i)
    sums[static_cast<std::size_t>(i / (b * c * d) * c + i / d % c)] += args.x[i];
  for (std::size_t i = 0; i < sums.size(); ++i) args.y[i] = static_cast<T>(sums[i]);
}

NORMA_INSTANTIATE(sum, Sum)

}  // namespace norma::reference
