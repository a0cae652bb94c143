// One row of the training benchmark: Norma and the peer train the same network from the same weights on the
// same batch. First they must agree, then they are timed in turn.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/options.h"
#include "bench/peer.h"

namespace norma {

/// Images a second of one contestant, a value a round.
struct Rates {
  std::string name;  ///< "norma", "pytorch 1.13 nchw"
  std::vector<double> images_per_second = {};

  double median() const;
  double min() const;
  double max() const;
};

struct Row {
  Norm norm;
  std::vector<Rates> contestants;                      ///< Norma first
  double largest_difference = 0;                       ///< relative, of the losses in double precision
  double peak_megabytes = 0, peer_peak_megabytes = 0;  ///< resident memory of the process, at most so far
  double waiting_share = 0;  ///< of one core, that whoever waited for its turn used up

  const Rates& norma() const { return contestants.front(); }
  /// The peer's faster format, by median; nullptr without a peer.
  const Rates* fastest_peer() const;
  /// Norma against fastest_peer(): the median over the rounds of their ratio in that round, because what
  /// slows a machine down for a while slows down both.
  double ratio() const;
};

/// Throws where the losses disagree. `peer` may be nullptr; `told` hears of every round that begins: number
/// 0, the check and the warm-up, then the options' rounds.
Row contest(Norm norm, Peer* peer, const BenchOptions& options, const std::function<void(int round)>& told);

}  // namespace norma
