#include "tests/course/judge.h"
#include "docs/course/13-same-bits/exercise.h"

#include <time.h>

using namespace norma::course;

namespace {

double seconds(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

// Of many sizes, so that most additions round.
std::vector<float> values(std::size_t m) {
  auto x = numbers(m, 13, 0.5, 1);
  for (std::size_t i = 0; i < m; ++i) x[i] = std::ldexp(x[i], static_cast<int>(i * 7 % 41) - 20);
  return x;
}

}  // namespace

COURSE_JUDGE(13) {
  auto* const sum = learner<decltype(parallel_sum)>("parallel_sum");
  for (const std::size_t m : {0u, 1u, 7u, 1000u, 4097u, 100'003u, 1'000'000u}) {
    const auto x = values(m);
    long double want = 0;
    for (const float v : x) want += v;
    double first = 0;
    for (const int threads : {1, 2, 3, 5, 8, 16})
      for (int call = 1; call <= 3; ++call) {
        const double all = seconds(CLOCK_PROCESS_CPUTIME_ID), own = seconds(CLOCK_THREAD_CPUTIME_ID);
        const double got = sum(x.data(), static_cast<std::int64_t>(m), threads);
        const double own_time = seconds(CLOCK_THREAD_CPUTIME_ID) - own;
        const double all_time = seconds(CLOCK_PROCESS_CPUTIME_ID) - all;
        const std::string where =
            fmt::format("the sum of {} numbers with {} thread{}", m, threads, threads == 1 ? "" : "s");
        expect(where, got, static_cast<double>(want), 1e-9);
        if (threads == 1 && call == 1) first = got;
        if (std::memcmp(&got, &first, sizeof got) != 0)
          wrong("{} is {:.17g} in call {}, but with 1 thread it was {:.17g}", where, got, call, first);
        if (m == 1'000'000 && threads >= 4 && own_time > all_time / 2)
          wrong(
              "{} is right, but the thread that calls did {:.0f} % of the work, and at most 50 % is allowed",
              where, 100 * own_time / all_time);
      }
  }
}
