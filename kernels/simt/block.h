// Block: runs the threads of one CUDA block on one OS thread, and decides which of them runs when.
//
// A thread runs until it ends or must wait for others; only then is another one chosen:
//
//             ┌─────────────────── the meeting takes place ────────────────────┐
//             ▼                                                                │ when there stand
//   begun ─▶ ready ─ chosen ─▶ running ─┬─ __syncthreads ─▶ at barrier ────────┤ … all live threads
//                                       ├─ __shfl_sync … ─▶ in warp operation ─┘ … all live lanes of the mask
//                                       └─ returns ───────▶ done
//
// Where no thread is ready and no meeting is complete, the kernel is wrong: the error says which threads
// stand where.
//
// Every fiber of the pool runs work(): run the current thread to its end, choose the next, go there. A thread
// that has not begun is given the fiber that was returned last, and that is the one on which its predecessor
// has just ended: a kernel in which no thread waits runs as a plain loop on one fiber, without a single
// switch.
#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <string>

#include "kernels/simt/async_copies.h"
#include "kernels/simt/collectives.h"
#include "kernels/simt/fiber.h"
#include "kernels/simt/grid.h"
#include "kernels/simt/observer.h"
#include "kernels/simt/shared_memory.h"
#include "kernels/simt/thread_set.h"

namespace norma::simt {

class Block {
 public:
  static Block& of_this_os_thread();
  /// The block that runs on this OS thread, nullptr outside of kernels.
  static Block* running();

  /// Runs block `number` of a grid from beginning to end; throws what one of its threads threw.
  void run(const detail::Grid& grid, const uint3& index, std::int64_t number);

  // What the running thread asks for.
  void barrier(const Site& where);
  std::uint64_t warp_operation(const detail::WarpOperation& operation, const Site& where);
  void start_copy(const AsyncCopies::Copy& copy);
  AsyncCopies& copies();
  void arrive(const AsyncCopies::Copy& copy);
  int lane() const { return current_ % warpSize; }
  SharedMemory& shared() { return shared_; }
  void access(Access::Kind kind, const void* address, std::size_t bytes, const void* return_address);

 private:
  enum class State : std::uint8_t { ready, at_barrier, in_warp_operation, done };

  struct Thread {
    State state;
    Fiber* fiber;       // nullptr before it begins and after it has ended
    const Site* where;  // it waits
    detail::WarpOperation operation;
    std::uint64_t result;  // of that operation
    uint3 index;
  };

  Block();
  void begin(const detail::Grid& grid, const uint3& index, std::int64_t number);

  // On the fibers.
  void work();
  void run_current_thread();
  void wait();
  void resume(int thread);

  // The scheduler.
  int choose();
  int choose_among_ready();
  void release();
  void open_barrier();
  bool complete_warp_operation(int thread);
  std::uint64_t result_of(int thread, std::uint32_t lanes) const;
  void carry_out_together(int warp, std::uint32_t lanes);
  void abandon(std::exception_ptr failure);

  Thread& thread(int number) { return threads_[static_cast<std::size_t>(number)]; }
  const Thread& thread(int number) const { return threads_[static_cast<std::size_t>(number)]; }
  bool stand_together(const Thread& a, const Thread& b) const;
  Space space_of(const void* address) const;
  std::string describe_waiting() const;
  std::string name_of(int thread) const;

  const detail::Grid* grid_ = nullptr;
  std::array<Thread, ThreadSet::capacity> threads_;
  ThreadSet live_, ready_;
  int count_ = 0;  // threads in the block
  int current_ = 0;
  std::uint64_t random_ = 0;  // state of the random schedule

  std::exception_ptr failure_;  // what the first failing thread threw
  bool abandoned_ = false;      // threads that are resumed unwind their stacks

  SharedMemory shared_;
  std::array<AsyncCopies, ThreadSet::capacity> copies_;  // of each thread
  bool has_copies_ = false;                              // some of these may not be empty
  FiberPool pool_;
  Fiber os_thread_;
  Fiber* running_ = &os_thread_;
};

}  // namespace norma::simt
