// Timing on any device, and the statistics of samples.
//
// A sample is the mean of some calls, one directly after the other. It begins when the device is idle and
// ends when the device is idle again: launches on a GPU are asynchronous, and all calls of a sample share one
// wait. Inputs stay the same, so that data which fits into a cache comes from there ("warm").
#pragma once

#include <string>
#include <vector>

#include "core/clock.h"
#include "core/device_memory.h"

namespace norma {

/// Time that this process has used, on all processors together.
double processor_seconds();
/// A line about the share of a core that waiting processes used; a warning if it is too large.
std::string waiting_text(double share);

/// Seconds per call: the mean of `calls`.
template <class F>
double time_calls(Device device, int calls, F&& f) {
  synchronize(device);
  const Clock clock;
  for (int i = 0; i < calls; ++i) f();
  synchronize(device);
  return clock.seconds() / calls;
}

/// Seconds per call, one number per sample.
struct Samples {
  std::vector<double> seconds = {};

  double median() const { return quantile(0.5); }
  /// Half of all samples lie between quantile(0.25) and quantile(0.75). Linear between neighbours.
  double quantile(double share) const;
  double least() const;
};

/// How long a case is timed: total time and number of samples.
struct Patience {
  double seconds = 0.2;
  int samples = 5;

  /// Number of calls of one sample if a call takes so long: a sample takes at most seconds/samples.
  int calls(double seconds_a_call) const;
};

}  // namespace norma
