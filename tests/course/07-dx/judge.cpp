#include "tests/course/judge.h"
#include "docs/course/07-dx/exercise.h"

using namespace norma::course;

namespace {

/// What is left out, or done otherwise, in a typical wrong answer.
struct Variant {
  bool mean_term = true, variance_term = true, weight_first = true;
};

std::vector<double> backward(const std::vector<float>& x, const std::vector<float>& weight,
                             const std::vector<float>& dy, double eps, const Variant& v = {}) {
  const double m = static_cast<double>(x.size());
  double sum = 0, squares = 0, sum_g = 0, sum_gx = 0;
  for (const float e : x) sum += e;
  const double mean = sum / m;
  for (const float e : x) squares += (e - mean) * (e - mean);
  const double rstd = 1 / std::sqrt(squares / m + eps);
  std::vector<double> xhat, g, dx;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xhat.push_back((x[i] - mean) * rstd);
    g.push_back(v.weight_first ? double{dy[i]} * weight[i] : double{dy[i]});
    sum_g += g[i];
    sum_gx += g[i] * xhat[i];
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    double d = g[i];
    if (v.mean_term) d -= sum_g / m;
    if (v.variance_term) d -= xhat[i] * sum_gx / m;
    dx.push_back(rstd * d * (v.weight_first ? 1.0 : double{weight[i]}));
  }
  return dx;
}

bool same(std::span<const float> a, const std::vector<double>& b) {
  double largest = 0;
  for (const double v : b) largest = std::max(largest, std::abs(v));
  for (std::size_t i = 0; i < b.size(); ++i)
    if (!(std::abs(a[i] - b[i]) <= 1e-4 * largest)) return false;
  return true;
}

}  // namespace

COURSE_JUDGE(7) {
  auto* const learners = learner<decltype(set_backward)>("set_backward");
  const auto judge_set = [&](const std::vector<float>& x, const std::vector<float>& weight,
                             const std::vector<float>& dy, double eps, const std::string& where) {
    Array<float> dx(x.size());
    learners(static_cast<std::int64_t>(x.size()), x.data(), weight.data(), dy.data(), eps, dx.data());
    const auto right = backward(x, weight, dy, eps);
    std::string guess;
    const auto is = [&](const Variant& v, const char* text) {
      if (guess.empty() && same(dx.span(), backward(x, weight, dy, eps, v))) guess = text;
    };
    if (!same(dx.span(), right)) {
      is({.mean_term = false, .variance_term = false}, "; this is right only for a constant mean and rstd");
      is({.mean_term = false}, "; is the term through the mean, − mean(g), missing?");
      is({.variance_term = false}, "; is the term through the variance, − x̂·mean(g·x̂), missing?");
      is({.weight_first = false}, "; is the weight multiplied last? It belongs to g, before the means");
    }
    expect_all("dx", dx, right, 1e-5, where + guess);
  };
  judge_set({3, 9, 11, 17}, {1, 2, 1, 2}, {1, 1, 0, 1}, 0, "x = 3, 9, 11, 17, eps = 0");
  for (const std::size_t m : {3, 7, 100, 10'000}) {
    const auto dy = numbers(m, 2, -1, 2);
    auto weight = numbers(m, 3, 0.5, 2);
    judge_set(numbers(m, 1), weight, dy, 1e-5, fmt::format("{} elements, eps = 1e-5", m));
    judge_set(numbers(m, 4, 0, 0.01), weight, dy, 1e-5,
              fmt::format("{} elements between 0 and 0.01, eps = 1e-5", m));
    judge_set(numbers(m, 5, 999, 1001), weight, dy, 1e-5,
              fmt::format("{} elements with mean 1000, eps = 1e-5", m));
    for (std::size_t i = 0; i < m; i += 2) weight[i] = 0;
    judge_set(numbers(m, 1), weight, dy, 1e-5,
              fmt::format("{} elements, every second weight 0, eps = 1e-5", m));
  }
  const float x = 4, weight = 2, dy = 3;
  Array<float> dx(1);
  learners(1, &x, &weight, &dy, 1e-5, dx.data());
  dx.check();
  expect("dx of a set of one element", dx[0], 0, 1e-5);
}
