// The sum over a whole array.
#include "kernels/cuda/reduce.cuh"

#include "tests/support/catch.h"

namespace norma::simt {
namespace {

struct Square {
  __device__ double operator()(long long i) const { return static_cast<double>(i * i); }
};
struct Store {
  double* sum;
  __device__ void operator()(double v) const { *sum = v; }
};

TEST_CASE("sum_all adds every term once, in one launch or two", "[reduce][simt]") {
  for (const long long count : {0ll, 1ll, 255ll, 2048ll, 2049ll, 70001ll}) {
    double sum = -1;
    sum_all(count, Square{}, Store{&sum});
    CHECK(sum == static_cast<double>((count - 1) * count * (2 * count - 1) / 6));
  }
}

}  // namespace
}  // namespace norma::simt
