// The counted accesses of each step from the naive group norm to production: the figures of
// kernels/norm/steps/README.md. Part of norma_counting_tests, for which the kernels are instrumented.

#include "core/random.h"
#include "kernels/norm/steps/steps.h"
#include "kernels/simt/counters.h"
#include "kernels/simt/guarded_buffer.h"
#include "tests/kernels/step_counts.h"
#include "tests/support/catch.h"

namespace norma::simt {
namespace {

// 64 sets of 4096 elements, 16 KiB: a whole number of warps of sets, of warps of channels and of packs.
constexpr std::int64_t n = 8, c = 32, hw = 1024, groups = 8, size = n * c * hw;

struct Numbers {
  GuardedBuffer<float> x{size}, y{size}, dy{size}, dx{size}, dweight{c}, dbias{c};
  GuardedBuffer<double> mean{n * groups}, rstd{n * groups};

  Numbers() {
    const RandomSequence random{1};
    for (std::size_t i = 0; i < size; ++i) {
      x[i] = static_cast<float>(random.uniform(2 * i));
      dy[i] = static_cast<float>(random.uniform(2 * i + 1));
    }
  }
  // Without weight and bias, so that only x is read many times.
  GroupNormForward<float> forward() {
    return {n, c, hw, groups, 1e-5, x.data(), nullptr, nullptr, y.data(), mean.data(), rstd.data()};
  }
  GroupNormBackward<float> backward() {
    return {n,       c,           hw,          groups,    dy.data(),      x.data(),
            nullptr, mean.data(), rstd.data(), dx.data(), dweight.data(), dbias.data()};
  }
};

// Multiples of the least possible number: one sector for every 32 bytes, one request for every 32 elements.
struct Expected {
  double read_sectors, written_sectors, read_requests;
};

template <class Steps, class Args>
void check_counts(const Steps& steps, const Args& args, int arrays_read,
                  const std::vector<Expected>& expected) {
  REQUIRE(steps.size() == expected.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const CountLaunches counting;
    steps[i].operation.on[static_cast<std::size_t>(Device::simt)](args);
    const Counters counters = counting.result();
    const double sectors = size * 4 / 32.0, requests = size / 32.0;
    const double read = static_cast<double>(counters.global_reads.transactions) / (arrays_read * sectors);
    const double asked = static_cast<double>(counters.global_reads.requests) / (arrays_read * requests);
    const double written = static_cast<double>(counters.global_writes.transactions) / sectors;
    INFO(steps[i].operation.name << ": sectors read " << read << ", written " << written << ", requests "
                                 << asked);
    const bool production = i + 1 == steps.size();
    CHECK(test::holds_figure(read, expected[i].read_sectors, production));
    CHECK(test::holds_figure(written, expected[i].written_sectors, production));
    CHECK(test::holds_figure(asked, expected[i].read_requests, production));
    CHECK(counters.races.empty());
  }
}

}  // namespace

TEST_CASE("each step of group norm forward has its documented counts", "[counting][steps]") {
  Numbers numbers;
  check_counts(group_norm_forward_steps<float>(), numbers.forward(), 1,
               {{24.00, 8.00, 3.00},
                {3.00, 1.00, 3.00},
                {3.00, 1.00, 3.00},
                {1.00, 1.00, 1.00},
                {1.00, 1.00, 0.25},
                {1.00, 1.00, 0.25}});
}

TEST_CASE("each step of group norm backward has its documented counts", "[counting][steps]") {
  Numbers numbers;
  group_norm_forward<float>(numbers.forward());
  check_counts(group_norm_backward_steps<float>(), numbers.backward(), 2,
               {{24.00, 8.00, 3.00},
                {3.08, 1.00, 3.31},
                {3.08, 1.00, 3.31},
                {2.09, 1.02, 2.32},
                {2.09, 1.02, 0.82},
                {2.02, 1.01, 0.58}});
}

}  // namespace norma::simt
