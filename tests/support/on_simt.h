// Runs an operation's CUDA sources on the simt executor and holds them to two things: under every schedule the
// same bits, and the reference executor's numbers.
#pragma once

#include <catch2/catch.hpp>

#include "kernels/simt/schedule.h"
#include "tests/support/check.h"

namespace norma::test {

/// f(), a list of tensors on simt, must be the same bits under every schedule; returns it.
template <class F>
std::vector<Tensor> same_under_all_schedules(F f) {
  std::vector<Tensor> first;
  for (const simt::Schedule& schedule : simt::all_schedules) {
    INFO(simt::name(schedule.order));
    const simt::UseSchedule use(schedule);
    const std::vector<Tensor> results = f();
    if (first.empty()) first = results;
    for (std::size_t i = 0; i < results.size(); ++i)
      CHECK(results[i].to_vector<double>() == first[i].to_vector<double>());
  }
  return first;
}

/// For cases that only the CUDA kernels make special (edges of tiles, alignment): every executor, no differences.
inline void check_on_simt(const Inputs& inputs, const Function& f) {
  CHECK(compare_executors(inputs, f) == "");
}

}  // namespace norma::test
