#include "core/parallel.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <utility>

#include "core/error.h"

namespace norma {
namespace {

struct Threads {
  int count = tbb::this_task_arena::max_concurrency();
  tbb::task_arena arena{count};
};

Threads& state() {
  static Threads threads;
  return threads;
}

thread_local int at_once = 0;

// While one lives, this thread is in a piece.
class InPiece {
 public:
  explicit InPiece(int count) : before_(std::exchange(at_once, count)) {}
  ~InPiece() { at_once = before_; }
  InPiece(const InPiece&) = delete;
  InPiece& operator=(const InPiece&) = delete;

 private:
  int before_;
};

}  // namespace

int pieces_at_once() { return at_once; }

int threads() { return state().count; }

void set_threads(int count) {
  if (count < 1) fail("a parallel loop needs at least one thread, not {}", count);
  state().count = count;
  state().arena.terminate();
  state().arena.initialize(count);
}

void detail::parallel_for(std::int64_t pieces, void (*call)(void*, std::int64_t), void* body) {
  const int most = static_cast<int>(std::min<std::int64_t>(pieces, threads()));
  if (most <= 1 || at_once > 0) {
    const InPiece piece(std::max(at_once, 1));
    for (std::int64_t i = 0; i < pieces; ++i) call(body, i);
    return;
  }
  state().arena.execute([&] {
    tbb::parallel_for(
        std::int64_t{0}, pieces,
        [&](std::int64_t i) {
          const InPiece piece(most);
          call(body, i);
        },
        tbb::simple_partitioner());
  });
}

}  // namespace norma
