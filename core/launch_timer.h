// LaunchTimer: how long a device works on each kernel that this thread launches, while one lives. For a
// comparison with a model (bench/step.cpp): it makes a step slower.
//
//   LaunchTimer timer(Device::cuda);
//   step();
//   timer.launches()
#pragma once

#include <array>
#include <atomic>
#include <vector>

#include "core/device.h"

namespace norma {

struct TimedLaunch {
  std::array<unsigned, 3> grid = {}, block = {};
  double seconds = 0;
};

class LaunchTimer {
 public:
  /// On cuda, the stream of this thread stops until launches() is called, at most for two seconds: kernels
  /// that follow each other without a pause are timed, not the host's launches.
  explicit LaunchTimer(Device device);
  ~LaunchTimer();
  LaunchTimer(const LaunchTimer&) = delete;
  LaunchTimer& operator=(const LaunchTimer&) = delete;

  /// Waits for the device. In the order of the launches.
  std::vector<TimedLaunch> launches();

  /// The launches call these before and after their kernel.
  void begin(const std::array<unsigned, 3>& grid, const std::array<unsigned, 3>& block);
  void end();

  /// Of this thread; nullptr where launches are not timed.
  static thread_local LaunchTimer* current;

 private:
  Device device_;
  LaunchTimer* before_;
  std::atomic<bool> released_ = false;
  double begun_ = 0;  // the latest launch, on another device than cuda
  std::vector<TimedLaunch> launches_;
  std::vector<std::array<void*, 2>> events_;  // on cuda: before and after each
};

}  // namespace norma
