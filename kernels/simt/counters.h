// Counters: what a kernel does to memory, counted access by access, as deterministic figures that a test can
// hold it to. The kernels must be compiled for it; see "Counting" in README.md.
//
//   CountLaunches count;
//   launch(transpose, …);
//   CHECK(count.result().global_reads.transactions == count.result().global_reads.ideal);
//   CHECK(count.result().races.empty());
//
// The lanes of a warp run one after another here. Their k-th execution of the same instruction is taken for
// one request, as if the warp had run in step:
//
//     lane       0    1    2   …   31
//     x[i]      @0   @4   @8  …  @124    ──▶  one request, 128 bytes, 4 sectors: ideal
//     x[32·i]   @0  @128 @256 …          ──▶  one request, 128 bytes, 32 sectors: ideal would be 4
//     x[0]      @0   @0   @0  …   @0     ──▶  one request, 128 bytes asked for, 4 moved, 1 sector: ideal
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernels/simt/observer.h"

namespace norma::simt {

/// Requests of one kind to one memory.
struct Requests {
  std::uint64_t requests = 0;
  std::uint64_t bytes = 0;         ///< asked for, by all lanes together
  std::uint64_t moved = 0;         ///< bytes, with what several lanes of a request ask for counted once
  std::uint64_t transactions = 0;  ///< global: sectors of 32 bytes. shared: passes over the 32 banks
  /// Transactions, had the distinct bytes of each request lain side by side. In shared memory of the lanes
  /// that are served together: all of them, or half or a quarter of a warp at 8 or 16 bytes per lane.
  std::uint64_t ideal = 0;

  std::uint64_t waste() const { return transactions - ideal; }  ///< in shared memory: bank conflicts
  Requests& operator+=(const Requests& other);
};

/// Requests of one instruction.
struct SiteRequests : Requests {
  std::uintptr_t site;
  Access::Kind kind;
  Space space;
};

/// Two accesses to the same bytes by different threads, at least one a write, with nothing to order them.
struct Race {
  Space space;
  Access::Kind first_kind, second_kind;
  std::uintptr_t first_site, second_site;
  int first_thread, second_thread;  // of the first pair seen
  bool between_blocks;
  std::uint64_t count;  ///< pairs seen at these two sites
};

/// What a kernel did to one array that was named to CountLaunches: bytes, counted as Requests::moved.
struct ArrayTraffic {
  std::string name;
  std::uint64_t bytes = 0;  ///< its size
  std::uint64_t read = 0, written = 0;
};

struct Counters {
  Requests global_reads, global_writes, shared_reads, shared_writes, atomics;
  std::uint64_t global_bytes_read = 0;     ///< distinct: the least that any kernel with this result must move
  std::uint64_t global_bytes_written = 0;  ///< distinct
  std::uint64_t global_bytes_added = 0;    ///< moved by atomics, which both read and write
  std::vector<ArrayTraffic> arrays;        ///< in the order in which they were named
  std::vector<SiteRequests> sites;         ///< most wasted transactions first
  std::vector<Race> races;
  std::uint64_t threads = 0;  ///< begun
  /// How often threads came to __syncthreads, to __syncwarp, and to a shuffle, vote or sum of a warp.
  std::uint64_t barriers = 0, warp_barriers = 0, shuffles = 0;

  /// Whether any access was seen at all: where threads ran and none was, the kernels were compiled without
  /// hooks.
  bool seen_memory() const { return !sites.empty(); }
};

/// The counters of one launch.
struct LaunchCounters : Counters {
  Launch launch;
};

/// A table to read, with sites as "program+0x1a2b" for `addr2line -e program 0x1a2b`.
std::string report(const Counters& counters);

/// The offset of code within its program or library, and that file's path: what addr2line takes.
struct CodePlace {
  std::string file;  ///< empty where it is unknown
  std::uintptr_t offset = 0;
};
CodePlace code_place(std::uintptr_t site);

/// While one lives, it counts what this OS thread launches.
class CountLaunches {
 public:
  CountLaunches();
  ~CountLaunches();
  CountLaunches(const CountLaunches&) = delete;
  CountLaunches& operator=(const CountLaunches&) = delete;

  /// Has the traffic to this array counted by itself, from now on.
  void name_array(const std::string& name, const void* begin, std::size_t bytes);

  /// Has f(share of this launch's blocks that have run, in (0, 1]) called after every block.
  void after_block(std::function<void(double)> f);

  /// All launches together; bytes and sites that several of them touch are counted as one.
  Counters result() const;
  /// Each by itself, in order.
  std::vector<LaunchCounters> launches() const;

 private:
  class Watcher;
  std::unique_ptr<Watcher> watcher_;
  Observer* before_;
};

}  // namespace norma::simt
