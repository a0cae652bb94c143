#include "tests/course/judge.h"
#include "docs/course/15-two-passes/exercise.h"

using namespace norma::course;

COURSE_JUDGE(15) {
  auto* const normalize = learner<decltype(normalize_row)>("normalize_row");
  const auto judge_row = [&](const std::vector<float>& x, double eps, const std::string& where) {
    const auto m = static_cast<long double>(x.size());
    long double mean = 0, var = 0;
    for (const float v : x) mean += v;
    mean /= m;
    for (const float v : x) var += (v - mean) * (v - mean) / m;
    std::vector<double> want;
    for (const float v : x) want.push_back(static_cast<double>((v - mean) / std::sqrt(var + eps)));
    CountedArray counted(x.data(), static_cast<std::int64_t>(x.size()));
    Array<float> y(x.size());
    normalize(counted, static_cast<std::int64_t>(x.size()), eps, y.data());
    expect_all("y", y, want, 1e-5, where);
    const std::int64_t times = x.size() <= 1024 ? 1 : 2, most = times * counted.lines();
    if (counted.misses() > most)
      wrong("y is right, but there are {} misses for {} lines, and at most {} are allowed ({})",
            counted.misses(), counted.lines(), most, where);
  };
  judge_row({3, 9, 11, 17}, 0, "the row 3, 9, 11, 17, ε = 0");
  judge_row({5}, 1e-5, "a row of one number");
  for (const std::size_t m : {15u, 512u, 1000u, 1024u, 2048u, 5000u, 100'003u})
    judge_row(numbers(m, 15), 1e-5, fmt::format("a row of {} numbers", m));
  auto slope = numbers(20'000, 15);  // the pieces differ
  for (std::size_t i = 0; i < slope.size(); ++i) slope[i] += 0.01f * static_cast<float>(i);
  judge_row(slope, 1e-5, "a row of 20000 numbers that grow");
  judge_row(numbers(5000, 15, 8e6 - std::sqrt(3.), 8e6 + std::sqrt(3.)), 1e-5,
            "a row of 5000 numbers with mean 8000000, deviation 1");
}
