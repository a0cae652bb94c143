#include <algorithm>

#include "core/parallel.h"
#include "kernels/activation/fill.h"

namespace norma::cpu {

template <class T>
void fill(const Fill<T>& a) {
  parallel_ranges(a.count, elementwise_grain, [&](std::int64_t begin, std::int64_t end) {
    std::fill(a.y + begin, a.y + end, static_cast<T>(a.value));
  });
}

template void fill(const Fill<float>&);
template void fill(const Fill<double>&);

}  // namespace norma::cpu
