// Right answers, counted on a GPU: a sum of zeros and ones over rows (sum_all in kernels/cuda/reduce.cuh).
//
// MAPPING  one thread per row
// NUMERICS a double counts exactly up to 2⁵³ rows
#include "kernels/loss/correct_count.h"

#include "kernels/cuda/reduce.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <class T>
struct IsCorrect {
  CorrectCount<T> a;
  __device__ stat_t operator()(long long row) const {
    const T* const x = a.x + row * a.classes;
    long long best = 0;
    for (long long i = 1; i < a.classes; ++i)
      if (x[i] > x[best]) best = i;  // the first of equals
    return best == a.target[row] ? 1 : 0;
  }
};

struct StoreCount {
  std::int64_t* count;
  __device__ void operator()(stat_t sum) const { *count = static_cast<std::int64_t>(sum); }
};

}  // namespace

template <class T>
void correct_count(const CorrectCount<T>& a) {
  sum_all(a.rows, IsCorrect<T>{a}, StoreCount{a.count});
}

NORMA_INSTANTIATE(correct_count, CorrectCount)

}  // namespace norma::NORMA_EXECUTOR
