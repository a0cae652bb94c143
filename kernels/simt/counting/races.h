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
//
//   word of memory ──shadow──▶ its history   ┌ write, warp 0, lane 3 ┐──▶┌ read, warp 2, lanes 0-31 ┐──▶ ∅
//                                            └───────────────────────┘   └──────────────────────────┘
//
// A history holds what a later access could still race with, most often one event.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "kernels/simt/counters.h"
#include "kernels/simt/counting/shadow.h"

namespace norma::simt {

class RaceDetector {
 public:
  void begin_launch();  // launches follow each other
  void begin_block();
  void access(const Access& access);
  void block_barrier() { ++epoch_; }
  void warp_barrier(int warp, std::uint32_t lanes);
  /// Of the launch.
  std::vector<Race> result() const;

 private:
  using Clock = std::uint32_t;

  /// An access to some bytes of one aligned word, by lanes of a warp between the same two barriers.
  struct Event {
    std::uint32_t block;  // its number in the launch
    std::uint32_t epoch;  // barriers of the block before it
    Clock clock;          // of its lanes: warp barriers before it
    std::uint32_t lanes;
    std::uint32_t warp : 5, kind : 2, bytes : 4, site : 21;  // bytes: one bit per byte of the word

    Access::Kind access() const { return static_cast<Access::Kind>(kind); }
  };
  struct Node {
    Event event;
    std::uint32_t next;  // 0: none
  };

  /// Histories of words, as lists of nodes from a pool.
  class Histories {
   public:
    std::uint32_t& first(std::uintptr_t word) { return first_[word]; }
    Node& node(std::uint32_t number) { return chunks_[number / chunk][number % chunk]; }
    void push(std::uint32_t& list, const Event& event);
    void pop(std::uint32_t& list);
    void clear() { first_.clear(), used_ = 1, free_ = 0; }

   private:
    static constexpr std::uint32_t chunk = 1 << 14;
    Shadow<std::uint32_t> first_;
    std::vector<std::unique_ptr<Node[]>> chunks_;
    std::uint32_t used_ = 1, free_ = 0;  // nodes ever used, a list of those given back
  };

  std::uint32_t number_of(std::uintptr_t site);
  void access_word(Histories& histories, std::uint32_t& history, const Event& now, Space space);
  std::uint32_t unordered(const Event& then, const Event& now) const;
  void report(const Event& first, std::uint32_t lanes, const Event& second, Space space);

  std::uint32_t block_ = 0;
  std::uint32_t epoch_ = 0;
  std::array<Clock, 1024> clock_{};                  // counts a thread's warp barriers
  std::array<std::array<Clock, 32>, 1024> known_{};  // [thread][lane]: the clock of that lane before now
  bool warp_barriers_ = false;                       // whether this block has had any
  Histories shared_, global_;
  std::vector<std::uintptr_t> sites_;
  std::unordered_map<std::uintptr_t, std::uint32_t> site_numbers_;
  std::array<std::uint32_t, 256> recent_sites_{};        // numbers, by a few bits of the address
  std::map<std::array<std::uintptr_t, 2>, Race> races_;  // by the two sites
};

}  // namespace norma::simt
