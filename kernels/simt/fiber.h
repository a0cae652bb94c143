// Fiber: a stack on which a function is under way, and the switch from one to another. Boost.Context saves
// and loads the registers; block.h decides which fiber runs when.
//
//        low addresses                                          high
//        ┌────────────┬──────────────────────────────────┬─────────┐
//        │ guard page │            ◀── the stack grows   │ stagger │
//        └────────────┴──────────────────────────────────┴─────────┘
//          an overflow stops            hundreds of fibers run the same frames at the same depth: staggered,
//          here, by SIGSEGV             these do not all compete for the same few sets of the cache
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace norma::simt {

class Fiber {
 public:
  using Entry = void (*)(void* argument);  // never returns

  /// Stands for the stack that the OS thread came with.
  Fiber() = default;
  /// Runs `entry` on a stack of its own, from the first switch to it. `number` chooses the stagger.
  Fiber(std::size_t number, Entry entry, void* argument);
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Whether an address lies on this fiber's own stack.
  bool contains(const void* address) const;

  /// Leaves `from`, which must be the fiber that runs, and goes on where `to` left off.
  static void switch_to(Fiber& from, Fiber& to);

 private:
  struct Hop;
  static void arrive(const Hop& hop, void* left_at, void* fake_stack);

  void* mapping_ = nullptr;  // guard page and stack
  std::size_t mapping_bytes_ = 0;
  void* context_ = nullptr;  // where it left off
  Entry entry_ = nullptr;
  void* argument_ = nullptr;
  // Known to AddressSanitizer; of an OS thread's own stack, found when it is first left.
  const void* bottom_ = nullptr;
  std::size_t size_ = 0;
  void* stack_ = nullptr;  // ThreadSanitizer's name of it
};

/// Fibers of one OS thread, all running the same endless function. What was given back last is taken first.
class FiberPool {
 public:
  FiberPool(Fiber::Entry entry, void* argument) : entry_(entry), argument_(argument) {}

  Fiber* take();
  void give_back(Fiber* fiber) { free_.push_back(fiber); }

 private:
  Fiber::Entry entry_;
  void* argument_;
  std::vector<std::unique_ptr<Fiber>> all_;
  std::vector<Fiber*> free_;
};

}  // namespace norma::simt
