// Observer: the interface by which the executor reports events of kernels, for example to the profiler
// (counters.h).
//
// The executor sees barriers, but not memory accesses, which are ordinary machine instructions. With
// -fsanitize=thread g++ puts a call of __tsan_read4 or a similar function before every access.
// counting/hooks.cpp defines these functions, and the program is linked without -fsanitize=thread, so that
// no others exist.
#pragma once

#include <cstddef>
#include <cstdint>
#include <source_location>

#include "kernels/simt/language.h"

namespace norma::simt {

enum class Space : std::uint8_t {
  local,   ///< registers and stack of one thread, kernel parameters, built-in indices: free
  shared,  ///< NORMA_SHARED and dynamic_shared
  global,  ///< everything else
};

struct Access {
  enum class Kind : std::uint8_t { read, write, atomic };
  Kind kind;
  Space space;
  std::uintptr_t address;
  std::size_t bytes;
  std::uintptr_t site;  ///< the instruction, within the code of the kernel
  int thread;           ///< in the block
};

/// What was launched.
struct Launch {
  const void* kernel;  ///< the function
  dim3 grid, block;
  std::size_t shared_bytes;  ///< of dynamic shared memory
  std::source_location where;
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void begin_launch(const Launch& launch) = 0;
  virtual void begin_block(std::int64_t number, int threads) = 0;
  virtual void end_block() = 0;
  virtual void access(const Access& access) = 0;
  virtual void block_barrier(int threads) = 0;
  /// The lanes of a warp have met in __syncwarp.
  virtual void warp_barrier(int warp, std::uint32_t lanes) = 0;
  /// They have met in a shuffle, a vote or a sum, which orders no memory accesses.
  virtual void shuffle(int warp, std::uint32_t lanes) = 0;
};

/// Watches what this OS thread launches, whose blocks then run one after another on this thread.
extern constinit thread_local Observer* observer;

namespace detail {
/// For instrumented code: tells the observer, if there is one and a kernel runs.
void observe_access(Access::Kind kind, const void* address, std::size_t bytes, const void* return_address);
}  // namespace detail

}  // namespace norma::simt
