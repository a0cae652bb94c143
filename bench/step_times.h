// How long a device needs for a training step, launch by launch, and the model's constants fitted to that.
#pragma once

#include <vector>

#include "core/launch_timer.h"
#include "kernels/measure/gpu_model.h"
#include "optim/record_step.h"

namespace norma {

struct StepTimes {
  std::vector<TimedLaunch> launches;  ///< of a step without graphs; medians
  double graph_seconds = 0;           ///< of a step that repeats a graph; median
};

/// So many steps of each kind, after some that are not timed.
StepTimes time_step(const StepChoice& choice, Device device, std::int64_t steps);

/// A launch of a step: what was asked, what the model says, what was measured.
struct ComparedLaunch {
  RecordedWork asked;
  std::string kernel;
  ModelledLaunch model;
  double seconds = 0;
};

/// The kernels of a step without graphs. Throws if the device launched others than the dry run recorded.
std::vector<ComparedLaunch> compare_launches(const Gpu& gpu, const Record& step,
                                             const std::vector<TimedLaunch>& measured);

/// What the model's terms are to be multiplied by, and the seconds of a launch, for the measured times:
/// medians over the launches that a term binds. 1 where none is bound by it.
struct Fit {
  double memory = 1, arithmetic = 1, latency = 1;
  double launch = launch_seconds;

  double seconds(const ModelledLaunch& launch) const;
};
Fit fit(const std::vector<ComparedLaunch>& launches);

}  // namespace norma
