#include "core/parallel.h"

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "core/error.h"

#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#include <tbb/task_scheduler_observer.h>

extern "C" {  // of ThreadSanitizer, which declares them nowhere
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);
}
#endif

namespace norma {
namespace {

// The first two words of a file; empty if it does not exist.
std::pair<std::string, std::string> words_of(const std::string& file) {
  std::pair<std::string, std::string> words;
  std::ifstream(file) >> words.first >> words.second;
  return words;
}

// A quota of `microseconds` of CPU time per `period`, as a number of cores; no limit if there is no such
// number.
double quota(const std::string& microseconds, const std::string& period) {
  try {
    const double cores = std::stod(microseconds) / std::stod(period);
    if (cores > 0) return cores;
  } catch (const std::exception&) {  // "max", or no such file
  }
  return std::numeric_limits<double>::infinity();
}

// The smallest CPU quota of this process's cgroup and those above it, of version 2 or 1.
double cgroup_quota() {
  double least = std::numeric_limits<double>::infinity();
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // 0::/user.slice or 4:cpu,cpuacct:/user.slice
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (!controllers.empty() && controllers.find("cpu") == std::string::npos) continue;
    for (std::string group = line.substr(second + 1);; group.erase(group.rfind('/'))) {
      if (group == "/") group.clear();
      const auto [most, period] = words_of("/sys/fs/cgroup" + group + "/cpu.max");
      const std::string old = "/sys/fs/cgroup/cpu" + group + "/cpu.cfs_";
      least = std::min({least, quota(most, period),
                        quota(words_of(old + "quota_us").first, words_of(old + "period_us").first)});
      if (group.find('/') == std::string::npos) break;
    }
  }
  return least;
}

// What oneTBB promises, for ThreadSanitizer, which does not see into its library: all before a loop happens
// before every piece, and every piece happens before all after the loop. Of oneTBB's own work in its headers,
// which would be reported, nothing is looked at: a thread in the arena is watched in a piece alone.
#ifdef __SANITIZE_THREAD__
class Watch {
 public:
  ~Watch() { set(true); }  // a thread of an arena that has ended may leave it while it is not watched
  void set(bool on) {
    if (on == on_) return;
    on_ = on;
    if (on) {
      AnnotateIgnoreReadsEnd(__FILE__, __LINE__), AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    } else {
      AnnotateIgnoreReadsBegin(__FILE__, __LINE__), AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
    }
  }

 private:
  bool on_ = true;
};
thread_local Watch watch;

class Unwatched : public tbb::task_scheduler_observer {
 public:
  explicit Unwatched(tbb::task_arena& arena) : task_scheduler_observer(arena) { observe(true); }
  ~Unwatched() override { observe(false); }
  void on_scheduler_entry(bool) override { watch.set(false); }
  void on_scheduler_exit(bool) override { watch.set(true); }
};

class Order {
 public:
  Order() { __tsan_release(&begin_); }
  ~Order() { __tsan_acquire(&end_); }
  class Piece {
   public:
    explicit Piece(Order& order) : order_(order) { __tsan_acquire(&order_.begin_), watch.set(true); }
    ~Piece() { watch.set(false), __tsan_release(&order_.end_); }

   private:
    Order& order_;
  };

 private:
  char begin_ = 0, end_ = 0;
};
#else
struct Unwatched {
  explicit Unwatched(tbb::task_arena&) {}
};
struct Order {
  struct Piece {
    explicit Piece(Order&) {}
  };
};
#endif

struct Threads {
  // Without it, TBB would never run more threads than there are cores.
  tbb::global_control limit{tbb::global_control::max_allowed_parallelism, most_threads};
  int count = cores();
  tbb::task_arena arena{count};
  std::optional<Unwatched> unwatched{arena};
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

int cores() {
  static const int number = static_cast<int>(std::max(
      1.0, std::min(std::ceil(cgroup_quota()), double{1} * tbb::this_task_arena::max_concurrency())));
  return number;
}

int threads() { return state().count; }

void set_threads(int count) {
  if (count < 1 || count > most_threads)
    fail("a parallel loop takes 1 to {} threads, not {}", most_threads, count);
  state().count = count;
  state().unwatched.reset();
  state().arena.terminate();
  state().arena.initialize(count);
  state().unwatched.emplace(state().arena);
}

void detail::parallel_for(std::int64_t pieces, void (*call)(void*, std::int64_t), void* body) {
  const int most = static_cast<int>(std::min<std::int64_t>(pieces, threads()));
  if (most <= 1 || at_once > 0) {
    const InPiece piece(std::max(at_once, 1));
    for (std::int64_t i = 0; i < pieces; ++i) call(body, i);
    return;
  }
  Order order;
  state().arena.execute([&] {
    tbb::parallel_for(
        std::int64_t{0}, pieces,
        [&](std::int64_t i) {
          const Order::Piece in_order(order);
          const InPiece piece(most);
          call(body, i);
        },
        tbb::simple_partitioner());
  });
}

}  // namespace norma
