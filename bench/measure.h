// One row of the microbenchmark: first the result is checked, then Norma and the peer are timed in turn.
#pragma once

#include <optional>

#include "bench/case.h"
#include "bench/check.h"
#include "bench/peer.h"
#include "kernels/measure/ceilings.h"
#include "kernels/measure/stopwatch.h"

namespace norma {

struct KernelRow {
  Case of;
  Check check;
  std::int64_t bytes = 0;  ///< the least number of bytes of one call
  Samples norma = {};
  std::optional<Samples> peer = {};
  double waiting_cpu_seconds = 0;  ///< processor seconds that the waiting side used

  /// The share of the ceiling: the least possible time divided by the median.
  double share(const Ceilings& ceilings) const;
  /// The peer's median divided by Norma's: above 1, Norma is faster.
  double ratio() const { return peer->median() / norma.median(); }
};

/// Calls take turns with sets of arrays, `rotate` bytes in all and at most 256 sets, so that a cache of half
/// that size does not hold them. With 0 there is one set, which may come from a cache. `peer` may be nullptr.
/// Throws if the result is wrong.
KernelRow measure(const Case& c, Device device, DType dtype, const Patience& patience, double rotate,
                  Peer* peer);

}  // namespace norma
