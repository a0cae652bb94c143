// One row of the training benchmark: Norma and the peer train the same network from the same weights on the
// same batch. First their losses must agree, then they are timed in turn.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/options.h"
#include "bench/peer.h"

namespace norma {

/// Images per second of one contestant, one value per round.
struct Rates {
  std::string name;  ///< "norma", "pytorch 1.13 nchw"
  std::vector<double> images_per_second = {};

  double median() const;
  double min() const;
  double max() const;
};

struct Row {
  std::string preset;
  Norm norm;
  std::vector<Rates> contestants;                      ///< Norma first
  double largest_difference = 0;                       ///< relative, of the losses in double precision
  double rounded_difference = 0;                       ///< the same where the convolutions round
  double peak_megabytes = 0, peer_peak_megabytes = 0;  ///< peak resident memory of the process so far
  double waiting_share = 0;  ///< processor time that the waiting side used, as a share of one core

  const Rates& norma() const { return contestants.front(); }
  /// The peer's fastest format, by median; nullptr without a peer.
  const Rates* fastest_peer() const;
  /// Norma's speed divided by that of fastest_peer(): the median of the ratios in each round, because a slow
  /// phase of the machine affects both in a round.
  double ratio() const { return ratio_to(*fastest_peer()); }
  double ratio_to(const Rates& theirs) const;
};

/// Throws if the losses disagree. `peer` may be nullptr. told(round) is called at the beginning of every
/// round: round 0 is the check and the warm-up, then follow the rounds of the options.
Row contest(const std::string& preset, Norm norm, Peer* peer, const BenchOptions& options,
            const std::function<void(int round)>& told);

}  // namespace norma
