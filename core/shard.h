// The part of a batch that one of several processes has.
#pragma once

#include <cstdint>

namespace norma {

class Ranks;  // core/ranks.h

/// The images of a batch that this process has: [first, first + images) of `total`.
struct Shard {
  Ranks* ranks = nullptr;  ///< nullptr: all of them, whatever the numbers say
  std::int64_t first = 0, images = 0, total = 0;
  bool local_statistics = false;  ///< batch norm takes the statistics of these images alone

  /// Whether batch norm takes the statistics of all ranks' images.
  bool shares_statistics() const { return ranks != nullptr && !local_statistics; }
  /// The images of all ranks, where this process has n.
  std::int64_t all(std::int64_t n) const { return ranks == nullptr ? n : total; }
};

}  // namespace norma
