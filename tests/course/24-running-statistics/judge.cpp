#include "tests/course/judge.h"
#include "docs/course/24-running-statistics/exercise.h"

using namespace norma::course;

COURSE_JUDGE(24) {
  auto* const update = learner<decltype(update_running_statistics)>("update_running_statistics");

  const std::vector<float> pair = {1, 3};
  const std::string by_hand = "before: mean 0 and variance 1; then the batch 1, 3 with momentum 0.1";
  Array<float> one_mean(std::vector<float>{0}), one_var(std::vector<float>{1});
  update(2, 1, 1, pair.data(), 0.1, one_mean.data(), one_var.data());
  expect_all("running_mean", one_mean, std::vector<double>{0.2}, 1e-5, by_hand);
  expect_all("running_var", one_var, std::vector<double>{1.1}, 1e-5, by_hand);

  struct Case {
    std::int64_t n, c, hw;
    double momentum, low, high;
  };
  for (const auto& [n, c, hw, momentum, low, high] : {Case{4, 2, 1, 0.1, -2, 3},
                                                      {1, 3, 2, 0.1, -2, 3},
                                                      {3, 5, 7, 0.5, -2, 3},
                                                      {2, 3, 4, 0, -2, 3},
                                                      {2, 3, 4, 1, -2, 3},
                                                      {16, 4, 64, 0.1, 998, 1002}}) {
    std::vector<double> mean(c, 0), var(c, 1);
    Array<float> running_mean(std::vector<float>(c, 0)), running_var(std::vector<float>(c, 1));
    for (unsigned batch = 1; batch <= 4; ++batch) {
      const auto x = numbers(static_cast<std::size_t>(n * c * hw), batch, low, high + batch);
      update(n, c, hw, x.data(), momentum, running_mean.data(), running_var.data());
      const auto m = static_cast<double>(n * hw);
      for (std::int64_t channel = 0; channel < c; ++channel) {
        double sum = 0, squares = 0;
        const auto add = [&](auto what) {
          for (std::int64_t image = 0; image < n; ++image)
            for (std::int64_t i = 0; i < hw; ++i) what(x[(image * c + channel) * hw + i]);
        };
        add([&](double v) { sum += v; });
        add([&](double v) { squares += (v - sum / m) * (v - sum / m); });
        mean[channel] += momentum * (sum / m - mean[channel]);
        var[channel] += momentum * (squares / (m - 1) - var[channel]);
      }
      const std::string where =
          fmt::format("after batch {} of {} image{} with {} channels of {} pixel{}, momentum {}", batch, n,
                      n == 1 ? "" : "s", c, hw, hw == 1 ? "" : "s", momentum);
      expect_all("running_mean", running_mean, mean, 1e-5, where);
      expect_all("running_var", running_var, var, 1e-5, where);
    }
  }
}
