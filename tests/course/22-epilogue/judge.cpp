#include "tests/course/judge.h"
#include "docs/course/22-epilogue/exercise.h"
#include "kernels/simt/counters.h"

using namespace norma::course;

namespace {

/// Multiples of `unit`: with them z is exact in float, and its sign does not depend on the way
/// in which it is computed.
std::vector<float> multiples(std::size_t count, std::uint64_t seed, double low, double high, float unit) {
  auto values = numbers(count, seed, low, high);
  for (float& v : values) v = std::round(v / unit) * unit;
  return values;
}

using NamedArray = std::pair<const char*, Array<float>*>;

/// The inputs are read at most once each, and the result not at all.
void expect_one_pass(const std::function<void()>& run, const std::vector<NamedArray>& inputs,
                     NamedArray result) {
  norma::simt::CountLaunches counting;
  for (const auto& [name, array] : inputs)
    counting.name_array(name, array->data(), array->span().size_bytes());
  counting.name_array(result.first, result.second->data(), result.second->span().size_bytes());
  run();
  for (const auto& array : counting.result().arrays) {
    if (array.name == result.first && array.read > 0)
      wrong("{} is read, although it is a result", array.name);
    if (array.read > array.bytes)
      wrong("{} is read {:.2f} times, and once is enough", array.name,
            static_cast<double>(array.read) / static_cast<double>(array.bytes));
  }
}

}  // namespace

COURSE_JUDGE(22) {
  auto* const forward = learner<decltype(epilogue_forward)>("epilogue_forward");
  auto* const backward = learner<decltype(epilogue_backward)>("epilogue_backward");
  const auto judge_size = [&](unsigned n, unsigned c, unsigned hw, unsigned groups, const Limits& limits) {
    const std::size_t count = std::size_t{n} * c * hw;
    Array<float> x(multiples(count, 1, -2, 3, 0.25f)), mean(multiples(n * groups, 2, -1, 1, 0.25f));
    Array<float> rstd(multiples(n * groups, 3, 0.5, 2, 0.5f)), weight(multiples(c, 4, -2, 3, 0.5f));
    Array<float> bias(multiples(c, 5, -1, 1, 0.25f)), factor(multiples(n * c, 6, 0, 2, 0.5f));
    Array<float> dy(numbers(count, 7)), y(count), dz(count);
    std::vector<double> want_y(count), want_dz(count);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t plane = i / hw, channel = plane % c,
                        set = plane / c * groups + channel / (c / groups);
      const double xhat = (static_cast<double>(x[i]) - mean[set]) * rstd[set];
      const double z = weight[channel] * xhat + bias[channel];
      want_y[i] = factor[plane] * std::max(z, 0.0);
      want_dz[i] = z > 0 ? static_cast<double>(dy[i]) * factor[plane] : 0;
    }
    const Epilogue e{.n = n,
                     .c = c,
                     .hw = hw,
                     .groups = groups,
                     .x = x.data(),
                     .mean = mean.data(),
                     .rstd = rstd.data(),
                     .weight = weight.data(),
                     .bias = bias.data(),
                     .factor = factor.data()};
    const std::string where = fmt::format("{}×{}×{}, {} groups", n, c, hw, groups);
    const auto run_forward = [&] { y.forget(), forward(e, y.data()); };
    judge_kernels(
        run_forward, [&] { expect_all("y", y, want_y, 1e-6, where); }, limits);
    expect_one_pass(run_forward, {{"x", &x}}, {"y", &y});
    const auto run_backward = [&] { dz.forget(), backward(e, dy.data(), dz.data()); };
    // Lanes with z ≤ 0 need not read dy. Side by side, the numbers of the others would need fewer sectors.
    Limits of_backward = limits;
    of_backward.read_waste = std::max(limits.read_waste, 0.5);
    judge_kernels(
        run_backward, [&] { expect_all("dz", dz, want_dz, 1e-6, where); }, of_backward);
    expect_one_pass(run_backward, {{"x", &x}, {"dy", &dy}}, {"dz", &dz});
  };
  const Limits generous = {.read_waste = 100, .write_waste = 100, .launches = 1};
  judge_size(1, 1, 1, 1, generous);
  judge_size(2, 6, 5, 3, generous);
  judge_size(3, 4, 33, 1, generous);
  judge_size(2, 3, 300, 3, generous);
  judge_size(2, 8, 256, 2, {.times_read = 1.4, .launches = 1});
}
