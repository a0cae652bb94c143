#include "tests/course/judge.h"
#include "docs/course/16-map/exercise.h"
#include "kernels/simt/counters.h"

using namespace norma::course;

COURSE_JUDGE(16) {
  auto* const map = learner<decltype(scale_shift_relu)>("scale_shift_relu");
  const auto judge_size = [&](unsigned n, unsigned c, unsigned hw, unsigned blocks, const Limits& limits) {
    const std::size_t count = std::size_t{n} * c * hw;
    Array<float> x(numbers(count, 1)), scale(numbers(c, 2)), shift(numbers(c, 3)), y(count);
    std::vector<double> want(count);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t channel = i / hw % c;
      want[i] = std::max(static_cast<double>(x[i]) * scale[channel] + shift[channel], 0.0);
    }
    const std::string where = fmt::format("{}×{}×{}, {} blocks", n, c, hw, blocks);
    const auto run = [&] { map(n, c, hw, blocks, x.data(), scale.data(), shift.data(), y.data()); };
    judge_kernels([&] { y.forget(), run(); }, [&] { expect_all("y", y, want, 1e-6, where); }, limits);
    const norma::simt::CountLaunches counting;
    run();
    if (counting.result().threads > blocks * 256)
      wrong("{} threads are launched, and {} blocks have only {}", counting.result().threads, blocks,
            blocks * 256);
  };
  const Limits generous = {.read_waste = 100, .write_waste = 100, .launches = 1};
  judge_size(1, 1, 1, 1, generous);
  judge_size(2, 3, 5, 1, generous);
  judge_size(3, 4, 33, 2, generous);
  judge_size(2, 3, 400, 2, generous);
  judge_size(4, 8, 64, 2, {.launches = 1});
}
