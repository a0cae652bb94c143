// The order in which a block's threads run. A GPU promises none, so a right kernel gives the same result
// under all of them; a test that runs a kernel under each catches most missing barriers:
//
//   for (const Schedule& schedule : simt::all_schedules) {
//     const simt::UseSchedule use(schedule);
//     launch(kernel, …);                        compare with the result under the first
//   }
#pragma once

#include <array>
#include <cstdint>

namespace norma::simt {

struct Schedule {
  enum class Order {
    in_order,   ///< each thread in turn, as far as its next meeting: almost lockstep
    reverse,    ///< the same from the last thread to the first, blocks too
    run_ahead,  ///< one warp as far as it can get, then the next: finds what overtakes a slow reader
    random,     ///< any that can run, by the seed
  };
  Order order = Order::in_order;
  std::uint64_t seed = 0;
};

constexpr const char* name(Schedule::Order order) {
  constexpr std::array names = {"in_order", "reverse", "run_ahead", "random"};
  return names[static_cast<std::size_t>(order)];
}

inline constexpr std::array all_schedules = {
    Schedule{Schedule::Order::in_order, 0}, Schedule{Schedule::Order::reverse, 0},
    Schedule{Schedule::Order::run_ahead, 0}, Schedule{Schedule::Order::random, 1},
    Schedule{Schedule::Order::random, 2}};

/// While one lives, launches from this OS thread follow its schedule.
class UseSchedule {
 public:
  explicit UseSchedule(const Schedule& schedule);
  ~UseSchedule();
  UseSchedule(const UseSchedule&) = delete;
  UseSchedule& operator=(const UseSchedule&) = delete;

 private:
  Schedule before_;
};

Schedule current_schedule();

}  // namespace norma::simt
