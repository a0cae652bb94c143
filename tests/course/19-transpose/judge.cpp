#include "tests/course/judge.h"
#include "docs/course/19-transpose/exercise.h"

using namespace norma::course;

COURSE_JUDGE(19) {
  auto* const transposed = learner<decltype(transpose)>("transpose");
  const auto judge_size = [&](unsigned rows, unsigned columns, const Limits& limits) {
    const auto x = numbers(std::size_t{rows} * columns, 1);
    Array<float> in(x), y(x.size());
    std::vector<double> want(x.size());
    for (std::size_t n = 0; n < rows; ++n)
      for (std::size_t c = 0; c < columns; ++c) want[c * rows + n] = x[n * columns + c];
    judge_kernels([&] { y.forget(), transposed(rows, columns, in.data(), y.data()); },
                  [&] { expect_all("y", y, want, 0, fmt::format("{} × {}", rows, columns)); }, limits);
  };
  for (const auto& [rows, columns] : {std::pair{1u, 1u}, {3u, 5u}, {40u, 33u}, {70u, 50u}})
    judge_size(rows, columns,
               {.read_waste = 100, .write_waste = 100, .bank_conflicts = 100, .barriers = 1, .launches = 1});
  judge_size(64, 96, {.barriers = 1, .launches = 1});
}
