#include "tests/course/judge.h"
#include "docs/course/25-evaluation/exercise.h"

using namespace norma::course;

namespace {

struct Norm {
  std::vector<float> mean, var, weight, bias;
  double eps;

  double y(std::size_t channel, double x) const {
    return weight[channel] * (x - mean[channel]) / std::sqrt(var[channel] + eps) + bias[channel];
  }
};

Norm some_norm(std::size_t c, double eps) {
  return {numbers(c, 1), numbers(c, 2, 0.1, 4), numbers(c, 3), numbers(c, 4), eps};
}

}  // namespace

COURSE_JUDGE(25) {
  auto* const fold = learner<decltype(fold_batch_norm)>("fold_batch_norm");
  auto* const eval = learner<decltype(evaluate_folded)>("evaluate_folded");

  const auto judge_case = [&](std::int64_t n, std::int64_t hw, const Norm& norm, const std::string& where) {
    const std::size_t c = norm.mean.size();
    const auto channels = static_cast<std::int64_t>(c);
    Array<float> factor(c), shift(c);
    fold(channels, norm.mean.data(), norm.var.data(), norm.weight.data(), norm.bias.data(), norm.eps,
         factor.data(), shift.data());
    std::vector<double> want_factor(c), want_shift(c);
    for (std::size_t i = 0; i < c; ++i) {
      want_factor[i] = norm.weight[i] / std::sqrt(norm.var[i] + norm.eps);
      want_shift[i] = norm.bias[i] - norm.mean[i] * want_factor[i];
    }
    expect_all("factor", factor, want_factor, 1e-6, where);
    expect_all("shift", shift, want_shift, 1e-6, where);

    const auto x = numbers(static_cast<std::size_t>(n * hw) * c, 5);
    Array<float> y(x.size());
    eval(n, channels, hw, x.data(), factor.data(), shift.data(), y.data());
    std::vector<double> want(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) want[i] = norm.y(i / static_cast<std::size_t>(hw) % c, x[i]);
    expect_all("y", y, want, 1e-5, where);
  };

  judge_case(1, 1, {{10}, {4}, {6}, {1}, 1e-9},
             "one channel with mean 10, variance 4, weight 6, bias 1, eps 1e-9");
  judge_case(1, 1, {{0.5}, {0}, {1}, {1}, 1e-5}, "one channel; the running variance is 0, eps 1e-5");
  judge_case(2, 3, {{1, 2}, {1, 4}, {0, -3}, {5, 0}, 1e-5}, "2 channels with weights 0 and -3");
  for (const double eps : {1e-5, 1e-3, 1.0})
    for (const auto& [n, c, hw] : {std::tuple{1, 1, 1}, {2, 3, 1}, {3, 2, 5}, {4, 64, 9}})
      judge_case(n, hw, some_norm(static_cast<std::size_t>(c), eps),
                 fmt::format("images × channels × pixels: {} × {} × {}, eps {}", n, c, hw, eps));
}
