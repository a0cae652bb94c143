#include "tests/course/judge.h"
#include "docs/course/02-variance/exercise.h"

using namespace norma::course;

COURSE_JUDGE(2) {
  auto* const set_moments = learner<decltype(set_mean_and_variance)>("set_mean_and_variance");
  const auto judge_set = [&](const std::vector<float>& x, const std::string& set) {
    const double m = static_cast<double>(x.size());
    long double sum = 0, squares = 0;
    for (const float v : x) sum += v;
    const long double exact_mean = sum / static_cast<long double>(m);
    for (const float v : x) squares += (v - exact_mean) * (v - exact_mean);
    const double want = static_cast<double>(squares) / m;
    double mean = NAN, variance = NAN;
    set_moments(x.data(), static_cast<std::int64_t>(x.size()), &mean, &variance);
    expect("the mean of " + set, mean, static_cast<double>(exact_mean), 1e-9);
    if (x.size() > 1 && want > 0 && std::abs(variance * (m - 1) / m - want) < 1e-9 * want)
      wrong("the variance of {} is {:.10g}, but {:.10g} is right; is it divided by m − 1?", set, variance,
            want);
    expect("the variance of " + set, variance, want, 1e-9);
  };
  judge_set({1, 2, 6}, "1, 2, 6");
  judge_set({5}, "one number, 5,");
  judge_set({3, 3, 3, 3}, "3, 3, 3, 3");
  for (const std::size_t m : {7, 1000}) judge_set(numbers(m, 1), fmt::format("{} numbers", m));
  judge_set(numbers(1000, 2, 1e6, 1e6 + 2), "1000 numbers around 1,000,000");
  judge_set(numbers(1'000'000, 3, 0, 1), "a million numbers");
}
