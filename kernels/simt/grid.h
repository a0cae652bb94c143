// A launch, seen from the executor: checks its dimensions as CUDA would, and runs its blocks.
//
// Blocks are independent: OS threads (core/parallel.h) take one after another until none is left.
#pragma once

#include <cstddef>
#include <memory>
#include <source_location>

#include "kernels/simt/language.h"
#include "kernels/simt/schedule.h"

namespace norma::simt::detail {

struct Grid {
  dim3 grid, block;
  std::size_t shared_bytes;
  std::source_location where;   ///< of the launch
  const void* kernel;           ///< the function, to look up its name
  void (*thread)(const void*);  ///< calls the kernel, once for every CUDA thread …
  const void* call;             ///< … with the parameters in here
  std::size_t call_bytes;
  std::shared_ptr<const void> (*keep)(const void*);  ///< copies `call`, to run the grid again
  Schedule schedule = current_schedule();
};

/// Returns when every thread has ended. Throws the error of the first failing block, with its place.
void run_grid(const Grid& grid);

}  // namespace norma::simt::detail
