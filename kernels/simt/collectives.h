// What the threads of a block, or of a warp, do together: barriers, shuffles, votes.
//
// Each is a meeting at a place in the source (the site, taken by a default argument). A thread that arrives
// waits:
//
//   __syncthreads       for every thread of the block that has not exited, at the same site;
//   __…_sync(mask, …)   for every lane of the warp that the mask names and that has not exited, at the
//                       same site with the same mask; lanes that it does not name are not waited for.
//
// This is CUDA's contract read strictly. What it calls undefined is an error here that names the place: to
// wait at different sites with no thread left to open either, a mask without its caller, a shuffle that reads
// a lane outside of the mask or one that has exited (a block of 48 threads has 16 lanes that never were).
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <source_location>
#include <type_traits>

#include "kernels/simt/language.h"

namespace norma::simt {

using Site = std::source_location;

namespace detail {

struct WarpOperation {
  enum class Kind : std::uint8_t { sync, shuffle, ballot, reduce_add, together };
  Kind kind = Kind::sync;
  unsigned mask = 0;        ///< the lanes that take part
  int source = 0;           ///< shuffle: the lane to read from
  std::uint64_t value = 0;  ///< what this lane brings
  /// together: called once, with what each of the 32 lanes brings.
  void (*all_at_once)(const std::array<std::uint64_t, 32>& values) = nullptr;
};

/// Block until the others have come, in kernels/simt/block.cpp.
void barrier(const Site& where);
std::uint64_t warp_operation(const WarpOperation& operation, const Site& where);
int current_lane();

/// Throws unless width is a power of two up to 32.
void check_width(int width, const Site& where);

template <class T>
concept Shuffled = std::is_arithmetic_v<T> && sizeof(T) % 4 == 0 && sizeof(T) <= 8;
template <class T>
concept Summed = std::is_same_v<T, int> || std::is_same_v<T, unsigned>;

template <Shuffled T>
T shuffle(unsigned mask, T value, int source, const Site& where) {
  WarpOperation operation{WarpOperation::Kind::shuffle, mask, source, 0};
  std::memcpy(&operation.value, &value, sizeof value);
  const std::uint64_t bits = warp_operation(operation, where);
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace detail

inline void __syncthreads(const Site& where = Site::current()) { detail::barrier(where); }

inline void __syncwarp(unsigned mask = 0xffffffffu, const Site& where = Site::current()) {
  detail::warp_operation({detail::WarpOperation::Kind::sync, mask, 0, 0}, where);
}

// Shuffles. `width` cuts the warp into segments of 1, 2, 4, … 32 lanes:
//
//   width 8    0 1 2 3 4 5 6 7 │ 8 9 …     __shfl_up_sync(…, 3)     lanes 0 1 2 of a segment keep their own
//                                          __shfl_down_sync(…, 3)   lanes 5 6 7 keep theirs
//                                          __shfl_xor_sync          reads earlier segments, never later ones

/// Lane `source` mod width of the caller's segment.
template <detail::Shuffled T>
T __shfl_sync(unsigned mask, T value, int source, int width = warpSize, const Site& where = Site::current()) {
  detail::check_width(width, where);
  const int first = detail::current_lane() & ~(width - 1);
  return detail::shuffle(mask, value, first + (source & (width - 1)), where);
}

template <detail::Shuffled T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = warpSize,
                 const Site& where = Site::current()) {
  detail::check_width(width, where);
  const int lane = detail::current_lane(), source = lane - static_cast<int>(delta % 32);
  return detail::shuffle(mask, value, source < (lane & ~(width - 1)) ? lane : source, where);
}

template <detail::Shuffled T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = warpSize,
                   const Site& where = Site::current()) {
  detail::check_width(width, where);
  const int lane = detail::current_lane(), source = lane + static_cast<int>(delta % 32);
  return detail::shuffle(mask, value, source > (lane | (width - 1)) ? lane : source, where);
}

template <detail::Shuffled T>
T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width = warpSize,
                  const Site& where = Site::current()) {
  detail::check_width(width, where);
  const int lane = detail::current_lane(), source = lane ^ (lane_mask & 31);
  return detail::shuffle(mask, value, source > (lane | (width - 1)) ? lane : source, where);
}

/// Bit i is set where lane i of the mask brought a predicate other than 0.
inline unsigned __ballot_sync(unsigned mask, int predicate, const Site& where = Site::current()) {
  const detail::WarpOperation vote{detail::WarpOperation::Kind::ballot, mask, 0, predicate != 0 ? 1u : 0u};
  return static_cast<unsigned>(detail::warp_operation(vote, where));
}
inline int __any_sync(unsigned mask, int predicate, const Site& where = Site::current()) {
  return __ballot_sync(mask, predicate, where) != 0;
}
inline int __all_sync(unsigned mask, int predicate, const Site& where = Site::current()) {
  return __ballot_sync(mask, predicate == 0, where) == 0;
}

/// The sum over the lanes of the mask (compute capability 8.0 and above).
template <detail::Summed T>
T __reduce_add_sync(unsigned mask, T value, const Site& where = Site::current()) {
  const detail::WarpOperation sum{detail::WarpOperation::Kind::reduce_add, mask, 0,
                                  static_cast<unsigned>(value)};
  return static_cast<T>(detail::warp_operation(sum, where));
}

/// CUDA promises of this mask only that it holds the caller: which lanes run together is up to the hardware.
/// Here it holds the caller alone, so that a kernel which counts on more fails.
inline unsigned __activemask() { return 1u << detail::current_lane(); }

}  // namespace norma::simt
