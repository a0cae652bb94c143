// A complete kernel: group norm compared with a loop in double, under every schedule, with a mean far from
// zero.
#include "tests/kernels/simt/group_norm_demo.cuh"

#include <cmath>
#include <vector>

#include "core/random.h"
#include "kernels/simt/guarded_buffer.h"
#include "tests/support/catch.h"

namespace norma::simt {
namespace {

double expected_at(const GroupNormDemo& a, int image, int element) {
  const int m = a.c / a.groups * a.hw, set = image * a.groups + element / m;
  double sum = 0, squares = 0;
  for (int i = 0; i < m; ++i) sum += a.x[set * m + i];
  for (int i = 0; i < m; ++i) squares += std::pow(a.x[set * m + i] - sum / m, 2);
  const int c = element / a.hw;
  return (a.x[image * a.c * a.hw + element] - sum / m) / std::sqrt(squares / m + a.eps) * a.weight[c] +
         a.bias[c];
}

void check(int n, int c, int hw, int groups) {
  INFO("N " << n << ", C " << c << ", HW " << hw << ", G " << groups);
  const auto count = static_cast<std::size_t>(n * c * hw);
  GuardedBuffer<float> x(count), y(count), weight(static_cast<std::size_t>(c)), bias(weight.span().size());
  const RandomSequence random{1};
  std::uint64_t at = 0;
  for (float& v : x.span()) v = static_cast<float>(1000 + 4 * random.uniform(at++));
  for (float& v : weight.span()) v = static_cast<float>(random.uniform(at++) + 0.5);
  for (float& v : bias.span()) v = static_cast<float>(random.uniform(at++));

  const GroupNormDemo a{c, hw, groups, 1e-5f, x.data(), weight.data(), bias.data(), y.data()};
  std::vector<float> first;
  for (const Schedule& schedule : all_schedules) {
    INFO(name(schedule.order));
    const UseSchedule use(schedule);
    group_norm_demo(n, a);
    y.check();
    const std::vector<float> result(y.span().begin(), y.span().end());
    if (first.empty()) first = result;
    CHECK(result == first);
  }
  double worst = 0;
  for (int image = 0; image < n; ++image)
    for (int i = 0; i < c * hw; ++i)
      worst = std::max(
          worst, std::abs(first[static_cast<std::size_t>(image * c * hw + i)] - expected_at(a, image, i)));
  CHECK(worst < 1e-3);
}

TEST_CASE("group norm on simt agrees with a loop in double and with itself") {
  check(1, 1, 2, 1);
  check(2, 6, 31, 3);
  check(3, 32, 16, 4);
  check(2, 4, 289, 4);
  check(1, 10, 33, 1);
}

}  // namespace
}  // namespace norma::simt
