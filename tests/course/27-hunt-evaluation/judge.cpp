#include "tests/course/judge.h"
#include "docs/course/27-hunt-evaluation/exercise.h"

using namespace norma::course;

namespace {

struct Statistics {
  std::vector<double> mean, var;  // one per channel
};

// var: divided by M.
Statistics statistics(std::int64_t n, std::int64_t c, std::int64_t hw, const std::vector<float>& x) {
  Statistics s{std::vector<double>(c), std::vector<double>(c)};
  const auto m = static_cast<double>(n * hw);
  for (std::size_t i = 0; i < x.size(); ++i) s.mean[i / hw % c] += x[i] / m;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double d = x[i] - s.mean[i / hw % c];
    s.var[i / hw % c] += d * d / m;
  }
  return s;
}

std::vector<double> normalized(std::int64_t c, std::int64_t hw, const std::vector<float>& x, double eps,
                               const Statistics& s) {
  std::vector<double> y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    y[i] = (x[i] - s.mean[i / hw % c]) / std::sqrt(s.var[i / hw % c] + eps);
  return y;
}

// One network: what it has learned, and what is right.
struct Network {
  std::int64_t c, hw;
  double eps;
  decltype(train_step)* train_function;
  decltype(evaluate)* evaluate_function;
  Array<float> running_mean{std::vector<float>(c, 0)}, running_var{std::vector<float>(c, 1)};
  Statistics right{std::vector<double>(c), std::vector<double>(c)};
  std::int64_t batches = 0;

  std::string after() const { return fmt::format("after {} batch{}", batches, batches == 1 ? "" : "es"); }
  void train(const std::vector<float>& x) {
    const auto n = static_cast<std::int64_t>(x.size()) / (c * hw);
    const Statistics batch = statistics(n, c, hw, x);
    Array<float> y(x.size());
    train_function(n, c, hw, x.data(), eps, batches, running_mean.data(), running_var.data(), y.data());
    expect_all("y", y, normalized(c, hw, x, eps, batch), 1e-5,
               fmt::format("training with {} images of {} channels of {} pixels, {}", n, c, hw, after()));
    ++batches;
    const auto m = static_cast<double>(n * hw), k = static_cast<double>(batches);
    for (std::int64_t i = 0; i < c; ++i) {
      right.mean[i] += (batch.mean[i] - right.mean[i]) / k;
      right.var[i] += (batch.var[i] * m / (m - 1) - right.var[i]) / k;
    }
  }
  void check_evaluation(const std::vector<float>& x, const std::string& what) {
    const auto n = static_cast<std::int64_t>(x.size()) / (c * hw);
    const std::vector<float> mean(running_mean.data(), running_mean.data() + c);
    const std::vector<float> var(running_var.data(), running_var.data() + c);
    Array<float> y(x.size());
    evaluate_function(n, c, hw, x.data(), eps, running_mean.data(), running_var.data(), y.data());
    const std::string where = fmt::format("evaluation of {}, {}", what, after());
    expect_all("y", y, normalized(c, hw, x, eps, right), 1e-5, where);
    if (std::memcmp(mean.data(), running_mean.data(), mean.size() * sizeof(float)) != 0 ||
        std::memcmp(var.data(), running_var.data(), var.size() * sizeof(float)) != 0)
      wrong("evaluation changed the running statistics ({})", where);
  }
  void check_statistics() {
    expect_all("running_mean", running_mean, right.mean, 1e-5, after());
    expect_all("running_var", running_var, right.var, 1e-5, after());
  }
};

}  // namespace

COURSE_JUDGE(27) {
  auto* const train = learner<decltype(train_step)>("train_step");
  auto* const eval = learner<decltype(evaluate)>("evaluate");

  Network small{1, 1, 1e-9, train, eval};
  small.train({0, 2});
  small.check_evaluation({0, 2}, "0, 2");
  small.train({10, 12});
  small.check_evaluation({8}, "8");
  small.check_statistics();

  for (const auto& [c, hw] : {std::pair{1, 2}, {3, 1}, {2, 5}, {8, 16}}) {
    Network network{c, hw, 1e-5, train, eval};
    for (unsigned batch = 1; batch <= 6; ++batch) {
      const auto elements = static_cast<std::size_t>(c * hw);
      network.train(numbers((2 + batch * batch % 5) * elements, batch, batch - 2.0, 2.0 * batch + 3));
      const std::string sizes =
          fmt::format("of {} channel{} of {} pixel{}", c, c == 1 ? "" : "s", hw, hw == 1 ? "" : "s");
      network.check_evaluation(numbers(elements, 100 + batch), "one image " + sizes);
      network.check_evaluation(numbers(3 * elements, 200 + batch), "3 images " + sizes);
      network.check_statistics();
    }
  }
}
