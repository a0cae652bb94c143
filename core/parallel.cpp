#include "core/parallel.h"

#include <omp.h>

#include <atomic>
#include <exception>

#include "core/error.h"

namespace norma {
namespace {

std::atomic<int>& thread_count() {
  static std::atomic<int> count{omp_get_max_threads()};
  return count;
}

}  // namespace

int threads() { return thread_count(); }

void set_threads(int count) {
  if (count < 1) fail("a parallel loop needs at least one thread, not {}", count);
  thread_count() = count;
}

void detail::parallel_for(std::int64_t pieces, void (*call)(void*, std::int64_t), void* body) {
  if (pieces <= 1 || threads() == 1 || omp_in_parallel() != 0) {
    for (std::int64_t i = 0; i < pieces; ++i) call(body, i);
    return;
  }
  std::exception_ptr first;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads())
  for (std::int64_t i = 0; i < pieces; ++i) {
    try {
      call(body, i);
    } catch (...) {
#pragma omp critical(norma_first_exception)
      if (!first) first = std::current_exception();
    }
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace norma
