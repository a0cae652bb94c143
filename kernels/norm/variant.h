// Which variant of a norm's CUDA kernels runs. It depends on the size of the set and is decided only here.
//
//   bytes of a set     forward                              x is held in            times x is read
//   ≤ 4 KiB            warp_per_set: 1 … 32 lanes           registers of the lanes         1
//   ≤ 64 KiB           block_per_set: up to 512 threads     registers of the threads       1
//   more               blocks_per_set: two stages           no thread                      2
//
// A thread holds at most 128 bytes of x, whatever the type: 32 float or 16 double, which leaves registers for
// everything else. The same 128 bytes per lane make a *piece* of a run, 4 KiB, where a warp works on a part.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/error.h"

namespace norma::norm {

inline constexpr unsigned held_bytes = 128;  ///< of x in the registers of one thread
inline constexpr unsigned lanes_of_warp = 32, most_threads_a_set = 512;

/// Elements that a warp can hold.
template <class T>
inline constexpr unsigned piece_elements = lanes_of_warp* held_bytes / unsigned{sizeof(T)};
/// Elements that the largest block can hold.
template <class T>
inline constexpr unsigned block_elements = most_threads_a_set* held_bytes / unsigned{sizeof(T)};

enum class Variant { warp_per_set, block_per_set, blocks_per_set };

template <class T>
constexpr Variant variant_for(std::int64_t m) {
  if (m <= piece_elements<T>) return Variant::warp_per_set;
  if (m <= block_elements<T>) return Variant::block_per_set;
  return Variant::blocks_per_set;
}

/// Lanes of a warp for a run of that many accesses: a power of two, so that several short runs share a warp
/// and together ask for consecutive memory.
constexpr unsigned lanes_for(std::int64_t accesses) {
  unsigned lanes = 1;
  while (lanes < lanes_of_warp && lanes < accesses) lanes *= 2;
  return lanes;
}

/// Threads of a block that normalises one set of that many accesses: four accesses each while there are
/// threads.
constexpr unsigned threads_for(std::int64_t accesses) {
  const std::int64_t warps = (accesses + 4 * lanes_of_warp - 1) / (4 * lanes_of_warp);
  return static_cast<unsigned>(std::min<std::int64_t>(warps * lanes_of_warp, most_threads_a_set));
}

/// A count that kernels keep in 32 bits: runs, sets, teams.
inline unsigned kernel_count(std::int64_t count) {
  if (count < 0 || count > 0x7fffffff) fail("a norm kernel counts to 2147483647 at most, not to {}", count);
  return static_cast<unsigned>(count);
}

}  // namespace norma::norm
