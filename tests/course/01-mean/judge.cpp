#include "tests/course/judge.h"
#include "docs/course/01-mean/exercise.h"

using namespace norma::course;

COURSE_JUDGE(1) {
  auto* const mean = learner<decltype(set_mean)>("set_mean");
  const std::vector<float> small = {1, 2, 6};
  expect("the mean of 1, 2, 6", mean(small.data(), 3), 3, 1e-9);
  expect("the mean of one number, 1,", mean(small.data(), 1), 1, 1e-9);
  for (const std::int64_t m : {7, 1000, 3'000'000}) {
    const auto x = numbers(static_cast<std::size_t>(m), 1, 0, 1);
    long double sum = 0;
    for (const float v : x) sum += v;
    expect(fmt::format("the mean of {} numbers", m), mean(x.data(), m),
           static_cast<double>(sum / static_cast<long double>(m)), 1e-9);
  }
}
