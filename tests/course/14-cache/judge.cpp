#include "tests/course/judge.h"
#include "docs/course/14-cache/exercise.h"

using namespace norma::course;

COURSE_JUDGE(14) {
  auto* const sums = learner<decltype(column_sums)>("column_sums");
  for (const auto& [rows, columns] :
       {std::pair{2, 3}, {1, 1}, {1, 5000}, {1000, 1}, {7, 33}, {100, 64}, {1000, 100}, {300, 513}}) {
    const std::string where = fmt::format("{} × {}", rows, columns);
    const auto x = numbers(static_cast<std::size_t>(rows) * columns, 14);
    std::vector<double> want(static_cast<std::size_t>(columns));
    for (std::size_t i = 0; i < x.size(); ++i) want[i % want.size()] += x[i];
    CountedArray counted(x.data(), static_cast<std::int64_t>(x.size()));
    Array<double> got(want.size());
    sums(counted, rows, columns, got.data());
    expect_all("sums", got, want, 1e-9, where);
    if (counted.misses() > counted.lines())
      wrong("the sums are right, but {} lines are read {} times ({})", counted.lines(), counted.misses(),
            where);
  }
}
