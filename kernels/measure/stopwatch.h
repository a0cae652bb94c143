// Timing on any device, and what samples amount to.
//
// A sample is the mean of some calls, back to back, from a device with nothing to do until it has nothing to do
// again: on a GPU, launches are asynchronous, and one wait is shared by all calls of a sample. Inputs stay the
// same, so that what fits into a cache comes from there ("warm").
#pragma once

#include <string>
#include <vector>

#include "core/clock.h"
#include "core/device_memory.h"

namespace norma {

/// That this process has used of all processors.
double processor_seconds();
/// A line on the share of a core that whoever waited for its turn used; a warning where it is too much.
std::string waiting_text(double share);

/// Seconds a call: the mean of `calls`.
template <class F>
double time_calls(Device device, int calls, F&& f) {
  synchronize(device);
  const Clock clock;
  for (int i = 0; i < calls; ++i) f();
  synchronize(device);
  return clock.seconds() / calls;
}

/// Seconds a call, a number a sample.
struct Samples {
  std::vector<double> seconds = {};

  double median() const { return quantile(0.5); }
  /// Half of all samples lie between quantile(0.25) and quantile(0.75). Linear between neighbours.
  double quantile(double share) const;
  double least() const;
};

/// When a case has been timed enough: by time and by number.
struct Patience {
  double seconds = 0.2;
  int samples = 5;

  /// Calls of one sample, of something that takes so long: at most a fifth of all the time.
  int calls(double seconds_a_call) const;
};

}  // namespace norma
