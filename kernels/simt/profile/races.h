// RaceDetector: finds pairs of accesses that nothing orders. It needs no unlucky schedule: it asks of every
// access which earlier ones to the same bytes have *happened before* it,
//
//   * in the same thread;
//   * in the same block, if a __syncthreads lies between;
//   * in the same warp, if a chain of __syncwarp leads from one to the other (lanes keep vector clocks);
//   * never in another block.
//
// Of atomic accesses two do not race with each other, but one races with a plain access. Orderings that a
// kernel makes itself from atomics and fences are not understood: a "last block adds up" kernel is reported.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "kernels/simt/counters.h"

namespace norma::simt {

class RaceDetector {
 public:
  void begin_launch() { global_.clear(); }  // launches follow each other
  void begin_block(std::int64_t number);
  void access(const Access& access);
  void block_barrier() { ++epoch_; }
  void warp_barrier(int warp, std::uint32_t lanes);
  std::vector<Race> result() const;

 private:
  using Clock = std::uint32_t;

  /// An access to some bytes of one aligned word.
  struct Event {
    std::int64_t block;
    std::uint32_t epoch;  // barriers of the block before it
    Clock clock;          // of its thread
    int thread;
    Access::Kind kind;
    unsigned bytes;  // a bit a byte of the word
    std::uintptr_t site;
  };
  using History = std::vector<Event>;  // what a later access could still race with

  void access_word(History& history, const Event& now, Space space);
  bool happened_before_now(const Event& then, const Event& now) const;
  static bool adds_nothing(const History& history, const Event& now);
  void report(const Event& first, const Event& second, Space space);

  std::int64_t block_ = 0;
  std::uint32_t epoch_ = 0;
  std::array<Clock, 1024> clock_{};                  // counts a thread's warp barriers
  std::array<std::array<Clock, 32>, 1024> known_{};  // [thread][lane]: the clock of that lane before now
  std::unordered_map<std::uintptr_t, History> shared_, global_;
  std::map<std::array<std::uintptr_t, 2>, Race> races_;  // by the two sites
};

}  // namespace norma::simt
