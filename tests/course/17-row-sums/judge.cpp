#include "tests/course/judge.h"
#include "docs/course/17-row-sums/exercise.h"

using namespace norma::course;

COURSE_JUDGE(17) {
  auto* const sums = learner<decltype(row_sums)>("row_sums");
  const auto judge_size = [&](unsigned rows, unsigned m, const Limits& limits) {
    const auto x = numbers(std::size_t{rows} * m, 1);
    Array<float> in(x), y(rows);
    std::vector<double> want(rows);
    for (std::size_t i = 0; i < x.size(); ++i) want[i / m] += x[i];
    judge_kernels([&] { y.forget(), sums(rows, m, in.data(), y.data()); },
                  [&] { expect_all("y", y, want, 1e-5, fmt::format("{} rows of {}", rows, m)); }, limits);
  };
  for (const auto& [rows, m] : {std::pair{1u, 1u}, {3u, 5u}, {9u, 33u}, {20u, 100u}})
    judge_size(rows, m, {.read_waste = 100, .write_waste = 100});
  judge_size(64, 256, {.write_waste = 100, .barriers = 0, .shuffles = 5, .launches = 1});
}
