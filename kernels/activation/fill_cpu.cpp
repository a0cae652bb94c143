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

NORMA_INSTANTIATE(fill, Fill)

}  // namespace norma::cpu
