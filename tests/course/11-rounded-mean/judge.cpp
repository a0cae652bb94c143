#include "tests/course/judge.h"
#include "docs/course/11-rounded-mean/exercise.h"

using namespace norma::course;

COURSE_JUDGE(11) {
  auto* const normalize = learner<decltype(normalize_exactly)>("normalize_exactly");
  const auto judge_set = [&](const std::vector<float>& x, double mean, double deviation,
                             const std::string& where) {
    Array<float> y(x.size());
    std::vector<double> want;
    for (const float v : x) want.push_back((v - mean) / deviation);
    normalize(x.data(), static_cast<std::int64_t>(x.size()), mean, 1 / deviation, y.data());
    expect_all("y", y, want, 1e-5, where);
  };
  for (const double mean : {0., 3.3, 10000.1, -25000.7, 1000000.03})
    for (const double deviation : {1., 0.5, 2.})
      for (const std::size_t m : {5u, 1000u})
        judge_set(numbers(m, 11, mean - 2 * deviation, mean + 2 * deviation), mean, deviation,
                  fmt::format("{} numbers, mean {}, deviation {}", m, mean, deviation));
  judge_set({10001, 10002, -30000, 10000, 0}, 10000.1, 1, "5 numbers, mean 10000.1, two are far from it");
}
