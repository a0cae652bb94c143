// Parallel loops. Work is cut into pieces whose number depends on the problem alone, never on the number of
// threads, and sums over pieces are added in the order of the pieces: results are the same bits for any
// --threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

namespace norma {

/// The cores that this process may use: those of its CPU affinity, at most the CPU quota of its cgroup,
/// rounded up.
int cores();

/// Threads that parallel loops use; at first cores().
int threads();
inline constexpr int most_threads = 1024;
/// Throws unless count is from 1 to most_threads. More threads than cores() run too, but slowly.
void set_threads(int count);

/// Inside a piece of a loop: how many threads may be in a piece of it at the same time. Outside: 0.
int pieces_at_once();

namespace detail {
void parallel_for(std::int64_t pieces, void (*call)(void*, std::int64_t), void* body);
}

/// Calls body(i) once for every i in [0, pieces), in any order, on any thread. The first exception is
/// rethrown here; pieces that had not begun by then are dropped. The caller works on pieces itself and does
/// not wait for idle threads to wake, so that other load on the machine slows a loop down as little as
/// possible. A loop inside a piece of another loop runs on the thread of that piece alone.
template <class Body>
void parallel_for(std::int64_t pieces, Body&& body) {
  using Plain = std::remove_reference_t<Body>;
  detail::parallel_for(
      pieces, [](void* b, std::int64_t i) { (*static_cast<Plain*>(b))(i); },
      const_cast<void*>(static_cast<const void*>(std::addressof(body))));
}

/// Calls body(begin, end) for consecutive ranges of at most `grain` indices that together cover [0, count).
template <class Body>
void parallel_ranges(std::int64_t count, std::int64_t grain, Body&& body) {
  parallel_for((count + grain - 1) / grain,
               [&](std::int64_t i) { body(i * grain, std::min(count, (i + 1) * grain)); });
}

/// Elements per piece of a simple elementwise loop: so many that waking a thread for a piece costs little.
inline constexpr std::int64_t elementwise_grain = std::int64_t{1} << 15;

}  // namespace norma
