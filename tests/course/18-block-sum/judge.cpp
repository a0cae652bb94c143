#include "tests/course/judge.h"
#include "docs/course/18-block-sum/exercise.h"

using namespace norma::course;

COURSE_JUDGE(18) {
  auto* const moments = learner<decltype(row_moments)>("row_moments");
  const auto judge_size = [&](unsigned rows, unsigned m, double low, double high, const Limits& limits) {
    const auto x = numbers(std::size_t{rows} * m, 1, low, high);
    Array<float> in(x), mean(rows), variance(rows);
    std::vector<double> want_mean(rows), want_variance(rows);
    for (std::size_t i = 0; i < x.size(); ++i) want_mean[i / m] += static_cast<double>(x[i]) / m;
    for (std::size_t i = 0; i < x.size(); ++i)
      want_variance[i / m] += (x[i] - want_mean[i / m]) * (x[i] - want_mean[i / m]) / m;
    const std::string where = fmt::format("{} rows of {} numbers from {} to {}", rows, m, low, high);
    judge_kernels(
        [&] {
          mean.forget(), variance.forget();
          moments(rows, m, in.data(), mean.data(), variance.data());
        },
        [&] {
          expect_all("mean", mean, want_mean, 1e-5, where);
          expect_all("variance", variance, want_variance, 1e-5, where);
        },
        limits);
  };
  Limits limits = {.read_waste = 100, .times_read = 2, .bank_conflicts = 1, .barriers = 4, .shuffles = 20};
  limits.launches = 1;
  judge_size(2, 1, 1, 3, limits);
  judge_size(3, 5, -2, 3, limits);
  judge_size(4, 300, -2, 3, limits);
  judge_size(5, 1000, 1000, 1002, limits);
  limits.read_waste = 0;
  judge_size(6, 512, -2, 3, limits);
}
