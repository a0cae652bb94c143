#include "tests/course/judge.h"
#include "docs/course/23-two-stages/exercise.h"
#include "kernels/simt/counters.h"

using namespace norma::course;

COURSE_JUDGE(23) {
  auto* const sums = learner<decltype(sum_gradients)>("sum_gradients");
  const auto judge_size = [&](unsigned n, unsigned c, unsigned hw, const Limits& limits) {
    const std::size_t count = std::size_t{n} * c * hw;
    Array<float> dy(numbers(count, 1)), xhat(numbers(count, 2)), scratch(std::size_t{2} * n * c);
    Array<float> dweight(c), dbias(c);
    std::vector<double> want_dweight(c), want_dbias(c);
    for (std::size_t i = 0; i < count; ++i) {
      want_dweight[i / hw % c] += static_cast<double>(dy[i]) * xhat[i];
      want_dbias[i / hw % c] += dy[i];
    }
    const std::string where = fmt::format("{}×{}×{}", n, c, hw);
    const auto run = [&] {
      scratch.forget(), dweight.forget(), dbias.forget();
      sums(n, c, hw, dy.data(), xhat.data(), scratch.data(), dweight.data(), dbias.data());
      scratch.check();
    };
    std::vector<float> first;  // both results under the first order of the threads
    const auto check = [&] {
      expect_all("dweight", dweight, want_dweight, 1e-4, where);
      expect_all("dbias", dbias, want_dbias, 1e-4, where);
      std::vector<float> now(dweight.span().begin(), dweight.span().end());
      now.insert(now.end(), dbias.span().begin(), dbias.span().end());
      if (first.empty()) first = now;
      if (std::memcmp(first.data(), now.data(), now.size() * sizeof(float)) != 0)
        wrong("the last bits of dweight or dbias depend on the order of the threads ({})", where);
    };
    {
      const norma::simt::CountLaunches counting;
      run();
      if (counting.result().atomics.requests > 0)
        wrong("atomics are used: the order of their additions is not fixed");
    }
    judge_kernels(run, check, limits);
  };
  const Limits generous = {.read_waste = 100, .write_waste = 100, .bank_conflicts = 1, .launches = 2};
  judge_size(1, 1, 1, generous);
  judge_size(2, 3, 5, generous);
  judge_size(5, 7, 33, generous);
  judge_size(3, 40, 100, generous);
  judge_size(6, 64, 256, {.times_read = 1.05, .bank_conflicts = 1, .launches = 2});
}
