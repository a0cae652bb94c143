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
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernels/simt/observer.h"

namespace norma::simt {

/// Requests of one kind to one memory.
struct Requests {
  std::uint64_t requests = 0;
  std::uint64_t bytes = 0;         ///< asked for, by all lanes together
  std::uint64_t transactions = 0;  ///< global: sectors of 32 bytes. shared: passes over the 32 banks
  std::uint64_t ideal = 0;         ///< transactions, had the distinct bytes of each request lain side by side
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

struct Counters {
  Requests global_reads, global_writes, shared_reads, shared_writes, atomics;
  std::uint64_t global_bytes_read = 0;     ///< distinct: the least that any kernel with this result must move
  std::uint64_t global_bytes_written = 0;  ///< distinct
  std::vector<SiteRequests> sites;         ///< most wasted transactions first
  std::vector<Race> races;
};

/// A table to read, with sites as "program+0x1a2b" for `addr2line -e program 0x1a2b`.
std::string report(const Counters& counters);

/// While one lives, it counts what this OS thread launches.
class CountLaunches {
 public:
  CountLaunches();
  ~CountLaunches();
  CountLaunches(const CountLaunches&) = delete;
  CountLaunches& operator=(const CountLaunches&) = delete;

  Counters result() const;

 private:
  class Watcher;
  std::unique_ptr<Watcher> watcher_;
  Observer* before_;
};

}  // namespace norma::simt
