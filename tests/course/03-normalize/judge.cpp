#include "tests/course/judge.h"
#include "docs/course/03-normalize/exercise.h"

using namespace norma::course;

namespace {

struct Result {
  std::vector<double> xhat, y;
};

/// x̂ and y if deviation(Σ (x − mean)²) is what x − mean is divided by.
template <class Deviation>
Result normalized(const std::vector<float>& x, const std::vector<float>& weight,
                  const std::vector<float>& bias, Deviation deviation) {
  double sum = 0, squares = 0;
  for (const float v : x) sum += v;
  const double mean = sum / static_cast<double>(x.size());
  for (const float v : x) squares += (v - mean) * (v - mean);
  Result r;
  for (std::size_t i = 0; i < x.size(); ++i) {
    r.xhat.push_back((x[i] - mean) / deviation(squares));
    r.y.push_back(weight[i] * r.xhat[i] + bias[i]);
  }
  return r;
}

bool same(std::span<const float> a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < b.size(); ++i)
    if (!(std::abs(a[i] - b[i]) <= 1e-5 * std::max(1.0, std::abs(b[i])))) return false;
  return true;
}

}  // namespace

COURSE_JUDGE(3) {
  auto* const normalize = learner<decltype(normalize_set)>("normalize_set");
  const auto judge_set = [&](const std::vector<float>& x, const std::vector<float>& weight,
                             const std::vector<float>& bias, double eps, const std::string& where) {
    const double m = static_cast<double>(x.size());
    Array<float> xhat(x.size()), y(x.size());
    normalize(static_cast<std::int64_t>(x.size()), x.data(), weight.data(), bias.data(), eps, xhat.data(),
              y.data());
    const auto right =
        normalized(x, weight, bias, [&](double squares) { return std::sqrt(squares / m + eps); });
    std::string guess;
    if (!same(xhat.span(), right.xhat)) {
      const auto unbiased = normalized(
          x, weight, bias, [&](double squares) { return std::sqrt(squares / std::max(1.0, m - 1) + eps); });
      const auto outside =
          normalized(x, weight, bias, [&](double squares) { return std::sqrt(squares / m) + eps; });
      if (same(xhat.span(), unbiased.xhat)) guess = "; is the variance divided by m − 1?";
      if (same(xhat.span(), outside.xhat)) guess = "; is eps outside of the root?";
    }
    expect_all("xhat", xhat, right.xhat, 1e-5, where + guess);
    expect_all("y", y, right.y, 1e-5, where);
  };
  judge_set({3, 9, 11, 17}, {1, 2, 1, 2}, {0, 0, 1, 1}, 0, "x = 3, 9, 11, 17, eps = 0");
  for (const std::size_t m : {2, 7, 10'000}) {
    const auto weight = numbers(m, 2, 0.5, 2), bias = numbers(m, 3, -1, 1);
    judge_set(numbers(m, 6, 0, 0.01), weight, bias, 1e-5,
              fmt::format("{} elements between 0 and 0.01, eps = 1e-5", m));
    judge_set(numbers(m, 4), weight, bias, 1e-5, fmt::format("{} elements, eps = 1e-5", m));
    judge_set(numbers(m, 5, -50, 50), weight, bias, 1e-5,
              fmt::format("{} elements between -50 and 50, eps = 1e-5", m));
  }
  judge_set(numbers(100, 7, 9999.5, 10000.5), numbers(100, 8), numbers(100, 9), 1e-5,
            "100 elements with mean 10,000, eps = 1e-5");

  for (const std::size_t m : {1, 8}) {
    const std::vector<float> x(m, 4.f), weight(m, 2.f), bias(m, 0.5f);
    Array<float> xhat(m), y(m);
    normalize(static_cast<std::int64_t>(m), x.data(), weight.data(), bias.data(), 1e-5, xhat.data(),
              y.data());
    xhat.check(), y.check();
    for (std::size_t i = 0; i < m; ++i) {
      expect(fmt::format("xhat[{}] of {} equal elements", i, m), xhat.span()[i], 0, 1e-5);
      expect(fmt::format("y[{}] of {} equal elements with bias 0.5", i, m), y.span()[i], 0.5, 1e-5);
    }
  }
}
