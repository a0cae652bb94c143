// The counted accesses of each step from the naive convolution to production: the figures of
// kernels/conv/steps/README.md. Part of norma_counting_tests, for which the kernels are instrumented.
#include <algorithm>

#include "kernels/conv/steps/steps.h"
#include "kernels/simt/counters.h"
#include "kernels/simt/guarded_buffer.h"
#include "tests/kernels/step_counts.h"
#include "tests/support/catch.h"

namespace norma::simt {

TEST_CASE("each step of the convolution has its documented counts", "[counting][steps]") {
  const Conv2dShape s{
      .n = 2, .c = 32, .h = 32, .w = 32, .k = 32, .kernel_h = 3, .kernel_w = 3, .pad_h = 1, .pad_w = 1};
  const auto plane = static_cast<std::size_t>(s.h * s.w);
  GuardedBuffer<float> x(static_cast<std::size_t>(s.n * s.c) * plane),
      y(static_cast<std::size_t>(s.n * s.k) * plane), weight(static_cast<std::size_t>(s.k * s.c * 9));
  std::ranges::fill(x.span(), 1.0f), std::ranges::fill(weight.span(), 1.0f);
  const double warp_fmas = static_cast<double>(s.n * s.k * s.h * s.w * s.c * 9) / 32;
  // Per multiply-add of a warp: loads from global memory, and passes over shared memory to read.
  struct Expected {
    double global_loads, shared_passes;
  };
  const Expected expected[] = {{1.958, 0},        {0.01345, 1.0625}, {0.01345, 0.3333},
                               {0.01476, 0.3333}, {0.01476, 0.3333}, {0.01476, 0.0625}};
  const auto steps = conv2d_forward_steps();
  REQUIRE(steps.size() == std::size(expected));
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const CountLaunches counting;
    steps[i].operation.on[static_cast<std::size_t>(Device::simt)](
        {s, x.data(), weight.data(), nullptr, y.data()});
    const Counters counters = counting.result();
    const double loads = static_cast<double>(counters.global_reads.requests) / warp_fmas,
                 passes = static_cast<double>(counters.shared_reads.transactions) / warp_fmas;
    INFO(steps[i].operation.name << ": loads " << loads << ", passes " << passes);
    const bool production = i >= 4;
    CHECK(test::holds_figure(loads, expected[i].global_loads, production));
    CHECK(test::holds_figure(passes, expected[i].shared_passes, production));
    CHECK(counters.races.empty());
  }
}

}  // namespace norma::simt
