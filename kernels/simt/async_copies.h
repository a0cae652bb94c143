// cp.async: a thread starts copies from global to shared memory and goes on; it waits for groups of them.
// (PTX ISA, "Data Movement and Conversion Instructions: cp.async", compute capability 8.0 and above.)
//
//   start   start   commit   start   commit   wait(1)            wait(0)
//   └── group 0 ───────┘     └─ group 1 ┘      │ group 0 is there  │ group 1 too
//
// A copy may arrive at any moment between its start and the wait that promises it. Under Schedule::in_order
// it arrives at once; under all other schedules as late as possible, and until then its place holds NaN. So
// a kernel that forgets a wait, or waits for too few groups, reads NaN.
#pragma once

#include <cstddef>
#include <vector>

namespace norma::simt {

/// The copies of one thread that have not arrived.
class AsyncCopies {
 public:
  struct Copy {
    void* to;
    const void* from;
    std::size_t bytes;
    bool zeros;        ///< brings zeros instead of what lies at `from`
    const void* site;  ///< the instruction, for an observer
  };

  void start(const Copy& copy) { copies_.push_back(copy); }
  void commit() { ends_.push_back(copies_.size()); }
  /// Calls arrive(copy) for all groups but the last `pending` ones, in the order of their starts.
  template <class F>
  void wait(std::size_t pending, const F& arrive) {
    const std::size_t arriving = pending < ends_.size() ? ends_.size() - pending : 0;
    if (arriving == 0) return;
    const auto end = ends_[arriving - 1];
    for (std::size_t i = 0; i < end; ++i) arrive(copies_[i]);
    copies_.erase(copies_.begin(), copies_.begin() + static_cast<std::ptrdiff_t>(end));
    ends_.erase(ends_.begin(), ends_.begin() + static_cast<std::ptrdiff_t>(arriving));
    for (std::size_t& rest : ends_) rest -= end;
  }
  void clear() { copies_.clear(), ends_.clear(); }

 private:
  std::vector<Copy> copies_;
  std::vector<std::size_t> ends_;  // of the groups, as positions in copies_
};

namespace detail {

/// Starts a copy of 4, 8 or 16 bytes. Stricter than a GPU, `from` must be valid even where zeros are brought.
void cp_async(void* to, const void* from, std::size_t bytes, bool zeros);
void cp_async_commit_group();
void cp_async_wait_group(std::size_t pending);

}  // namespace detail

}  // namespace norma::simt
