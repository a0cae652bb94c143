#include "tests/course/judge.h"
#include "docs/course/21-group-norm/exercise.h"

using namespace norma::course;

namespace {

struct Size {
  unsigned n, c, hw, groups;
  double low = -2, high = 3;
};

}  // namespace

COURSE_JUDGE(21) {
  auto* const norm = learner<decltype(group_norm_on_gpu)>("group_norm_on_gpu");
  const auto judge_size = [&](const Size& s, const Limits& limits) {
    constexpr float eps = 1e-5f;
    const unsigned sets = s.n * s.groups, channels = s.c / s.groups, m = channels * s.hw;
    Array<float> x(numbers(std::size_t{sets} * m, 1, s.low, s.high)), weight(numbers(s.c, 2));
    Array<float> bias(numbers(s.c, 3)), y(std::size_t{sets} * m), mean(sets), rstd(sets);
    std::vector<double> want_y, want_mean(sets), want_rstd(sets);
    for (unsigned set = 0; set < sets; ++set) {
      const auto in = x.span().subspan(std::size_t{set} * m, m);
      double var = 0;
      for (const float v : in) want_mean[set] += static_cast<double>(v) / m;
      for (const float v : in) var += (v - want_mean[set]) * (v - want_mean[set]) / m;
      want_rstd[set] = 1 / std::sqrt(var + eps);
      for (unsigned i = 0; i < m; ++i) {
        const unsigned channel = set % s.groups * channels + i / s.hw;
        want_y.push_back((in[i] - want_mean[set]) * want_rstd[set] * weight[channel] + bias[channel]);
      }
    }
    const std::string where =
        fmt::format("{}×{}×{}, {} groups, x from {} to {}", s.n, s.c, s.hw, s.groups, s.low, s.high);
    judge_kernels(
        [&] {
          y.forget(), mean.forget(), rstd.forget();
          norm(s.n, s.c, s.hw, s.groups, eps, x.data(), weight.data(), bias.data(), y.data(), mean.data(),
               rstd.data());
        },
        [&] {
          expect_all("y", y, want_y, 1e-4, where);
          expect_all("mean", mean, want_mean, 1e-4, where);
          expect_all("rstd", rstd, want_rstd, 1e-4, where);
        },
        limits);
  };
  Limits limits = {.read_waste = 100, .write_waste = 100, .bank_conflicts = 1, .barriers = 4, .shuffles = 20};
  limits.launches = 1;
  judge_size({1, 1, 1, 1}, limits);
  judge_size({2, 4, 2, 2}, limits);
  judge_size({3, 6, 7, 3}, limits);
  judge_size({2, 12, 5, 12}, limits);
  judge_size({2, 5, 99, 1}, limits);
  judge_size({4, 6, 50, 3, 100, 101}, limits);
  limits.read_waste = limits.write_waste = 0;
  limits.times_read = 3.2;
  judge_size({2, 8, 128, 2}, limits);
}
