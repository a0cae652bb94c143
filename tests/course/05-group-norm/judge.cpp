#include "tests/course/judge.h"
#include "docs/course/05-group-norm/exercise.h"

using namespace norma::course;

namespace {

struct Case {
  std::int64_t n, c, hw, groups;
  std::size_t count() const { return static_cast<std::size_t>(n * c * hw); }
};

/// The norm if element (n, c, i) belongs to set set_of(n, c) and uses weight and bias number parameter_of(c).
template <class SetOf, class ParameterOf>
std::vector<double> normalized(const Case& s, const std::vector<float>& x, const std::vector<float>& weight,
                               const std::vector<float>& bias, double eps, SetOf set_of,
                               ParameterOf parameter_of) {
  std::vector<double> sum(x.size()), squares(x.size()), count(x.size()), y(x.size());
  const auto for_each = [&](auto use) {
    for (std::size_t k = 0; k < x.size(); ++k) {
      const std::int64_t plane = static_cast<std::int64_t>(k) / s.hw;
      use(k, static_cast<std::size_t>(set_of(plane / s.c, plane % s.c)),
          static_cast<std::size_t>(parameter_of(plane % s.c)));
    }
  };
  for_each([&](std::size_t k, std::size_t set, std::size_t) { sum[set] += x[k], count[set] += 1; });
  for_each([&](std::size_t k, std::size_t set, std::size_t) {
    squares[set] += std::pow(x[k] - sum[set] / count[set], 2);
  });
  for_each([&](std::size_t k, std::size_t set, std::size_t p) {
    const double rstd = 1 / std::sqrt(squares[set] / count[set] + eps);
    y[k] = weight[p] * (x[k] - sum[set] / count[set]) * rstd + bias[p];
  });
  return y;
}

bool same(std::span<const float> a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < b.size(); ++i)
    if (!(std::abs(a[i] - b[i]) <= 1e-4)) return false;
  return true;
}

}  // namespace

COURSE_JUDGE(5) {
  auto* const norm = learner<decltype(group_norm)>("group_norm");
  const double eps = 1e-5;
  const auto judge_case = [&](const Case& s, double low, double high) {
    const auto channels = static_cast<std::size_t>(s.c);
    const auto x = numbers(s.count(), 1, low, high), weight = numbers(channels, 2, 0.5, 2),
               bias = numbers(channels, 3, -1, 1);
    const std::int64_t size = s.c / s.groups;
    const auto set = [&](std::int64_t n, std::int64_t c) { return n * s.groups + c / size; };
    const auto channel = [](std::int64_t c) { return c; };
    const auto right = normalized(s, x, weight, bias, eps, set, channel);

    Array<float> y(s.count());
    norm(s.n, s.c, s.hw, s.groups, x.data(), weight.data(), bias.data(), eps, y.data());
    std::string guess;
    if (!same(y.span(), right)) {
      const auto as_if = [&](auto set_of, auto parameter_of) {
        return same(y.span(), normalized(s, x, weight, bias, eps, set_of, parameter_of));
      };
      if (as_if(set, [&](std::int64_t c) { return c / size; }))
        guess = "; is the weight that of the group instead of the channel?";
      else if (as_if(set, [&](std::int64_t c) { return c % size; }))
        guess = "; is the channel of weight and bias counted from the beginning of the group?";
      else if (as_if([&](std::int64_t, std::int64_t c) { return c / size; }, channel))
        guess = "; does a set contain elements of more than one image?";
      else if (as_if([&](std::int64_t n, std::int64_t c) { return n * s.groups + c % s.groups; }, channel))
        guess = "; are the channels of a group neighbours?";
    }
    expect_all("y", y, right, 1e-5,
               fmt::format("N = {}, C = {}, H·W = {}, G = {}, x between {} and {}{}", s.n, s.c, s.hw,
                           s.groups, low, high, guess));
  };
  for (const Case& s : {Case{2, 4, 6, 2},
                        {3, 6, 5, 2},
                        {3, 6, 5, 3},
                        {2, 8, 9, 1},
                        {2, 8, 9, 8},
                        {1, 4, 6, 2},
                        {5, 1, 7, 1},
                        {4, 12, 1, 4},
                        {3, 4, 1, 4},
                        {1, 1, 1, 1},
                        {4, 32, 256, 8}})
    judge_case(s, -2, 3);
  judge_case({2, 4, 100, 2}, 999, 1001);
}
