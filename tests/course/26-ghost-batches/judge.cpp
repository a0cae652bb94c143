#include "tests/course/judge.h"
#include "docs/course/26-ghost-batches/exercise.h"

using namespace norma::course;

COURSE_JUDGE(26) {
  auto* const norm = learner<decltype(ghost_batch_norm)>("ghost_batch_norm");

  const std::vector<float> five = {1, 3, 10, 30, 7}, one = {1}, zero = {0};
  Array<float> y_of_five(5);
  norm(5, 1, 1, 2, five.data(), one.data(), zero.data(), 1e-9, y_of_five.data());
  expect_all("y", y_of_five, std::vector<double>{-1, 1, -1, 1, 0}, 1e-5,
             "the images 1, 3, 10, 30, 7; ghost 2");

  struct Case {
    std::size_t n, c, hw, ghost;
    double eps, low, high;
  };
  for (const auto& [n, c, hw, ghost, eps, low, high] : {Case{1, 1, 1, 1, 1e-5, -2, 3},
                                                        {4, 2, 3, 2, 1e-5, -2, 3},
                                                        {5, 3, 4, 2, 1e-5, -2, 3},
                                                        {7, 2, 1, 3, 0.1, -2, 3},
                                                        {3, 2, 4, 1, 1e-5, -2, 3},
                                                        {6, 2, 5, 6, 1e-5, -2, 3},
                                                        {3, 4, 2, 8, 1e-5, -2, 3},
                                                        {33, 8, 16, 16, 1e-5, 999, 1001}}) {
    const auto x = numbers(n * c * hw, 1, low, high), weight = numbers(c, 2), bias = numbers(c, 3);
    std::vector<double> want(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t channel = i / hw % c, first = i / hw / c / ghost * ghost;
      double m = 0, sum = 0, squares = 0;
      const auto for_group = [&](auto use) {
        for (std::size_t image = first; image < std::min(first + ghost, n); ++image)
          for (std::size_t p = 0; p < hw; ++p) use(double{x[(image * c + channel) * hw + p]});
      };
      for_group([&](double v) { m += 1, sum += v; });
      for_group([&](double v) { squares += (v - sum / m) * (v - sum / m); });
      want[i] = weight[channel] * (x[i] - sum / m) / std::sqrt(squares / m + eps) + bias[channel];
    }
    Array<float> y(x.size());
    norm(static_cast<std::int64_t>(n), static_cast<std::int64_t>(c), static_cast<std::int64_t>(hw),
         static_cast<std::int64_t>(ghost), x.data(), weight.data(), bias.data(), eps, y.data());
    expect_all("y", y, want, 1e-5,
               fmt::format("images × channels × pixels: {} × {} × {}, ghost {}", n, c, hw, ghost));
  }
}
