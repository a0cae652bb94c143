#include "tests/course/judge.h"
#include "docs/course/09-cancellation/exercise.h"

using namespace norma::course;

COURSE_JUDGE(9) {
  auto* const variance = learner<decltype(set_variance)>("set_variance");
  const auto judge_set = [&](const std::vector<float>& x, const std::string& what) {
    const long double m = static_cast<long double>(x.size());
    long double mean = 0, squares = 0;
    for (const float v : x) mean += v / m;
    for (const float v : x) squares += (v - mean) * (v - mean);
    const double got = variance(x.data(), static_cast<std::int64_t>(x.size()));
    const double want = static_cast<double>(squares / m);
    if (got < 0) wrong("the variance of {} is {:.7g}, but a variance is never negative", what, got);
    expect("the variance of " + what, got, want, 1e-3);
  };
  judge_set({3, 9, 11, 17}, "3, 9, 11, 17");
  for (const double mean : {0., 1e4, -1e4})
    for (const std::size_t m : {1000u, 100u, 7u, 2u, 1u})
      judge_set(numbers(m, 9, mean - std::sqrt(3.), mean + std::sqrt(3.)),
                fmt::format("{} number{} with mean {} and deviation 1", m, m == 1 ? "" : "s", mean));
  judge_set(std::vector<float>(1000, 10000), "1000 numbers 10000");
}
