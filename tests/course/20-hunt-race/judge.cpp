#include "tests/course/judge.h"
#include "docs/course/20-hunt-race/exercise.h"
#include "kernels/simt/counters.h"

using namespace norma::course;

COURSE_JUDGE(20) {
  auto* const norm = learner<decltype(layer_norm)>("layer_norm");
  const auto judge_size = [&](unsigned rows, unsigned m, double waste) {
    constexpr float eps = 1e-3f;
    Array<float> x(numbers(std::size_t{rows} * m, 1)), weight(numbers(m, 2)), bias(numbers(m, 3));
    Array<float> y(std::size_t{rows} * m);
    std::vector<double> want;
    for (unsigned row = 0; row < rows; ++row) {
      const auto in = x.span().subspan(std::size_t{row} * m, m);
      double mean = 0, var = 0;
      for (const float v : in) mean += static_cast<double>(v) / m;
      for (const float v : in) var += (v - mean) * (v - mean) / m;
      for (unsigned i = 0; i < m; ++i)
        want.push_back((in[i] - mean) / std::sqrt(var + eps) * weight[i] + bias[i]);
    }
    const unsigned blocks = std::min(rows, 4u);
    const auto run = [&] { norm(rows, m, eps, x.data(), weight.data(), bias.data(), y.data()); };
    judge_kernels(
        [&] { y.forget(), run(); },
        [&] { expect_all("y", y, want, 1e-5, fmt::format("{} rows of {}", rows, m)); },
        {.read_waste = waste, .write_waste = waste, .barriers = 4.0 * rows / blocks, .launches = 1});
    const norma::simt::CountLaunches counting;
    run();
    if (const auto threads = counting.result().threads; threads != 256 * blocks)
      wrong("{} threads are launched for {} rows, but min(rows, 4) blocks of 256 threads are asked for",
            threads, rows);
  };
  judge_size(1, 1, 100);
  judge_size(3, 5, 100);
  judge_size(7, 100, 100);
  judge_size(18, 300, 100);
  judge_size(12, 256, 0);
}
