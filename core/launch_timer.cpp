#include "core/launch_timer.h"

#include <utility>

#include "core/clock.h"
#include "core/cuda_runtime.h"
#include "core/device_memory.h"

namespace norma {
namespace {

double now() {
  static const Clock clock;
  return clock.seconds();
}

}  // namespace

thread_local LaunchTimer* LaunchTimer::current = nullptr;

LaunchTimer::LaunchTimer(Device device) : device_(device), before_(std::exchange(current, this)) {
  if (device_ == Device::cuda) cuda_runtime::hold_stream(released_);
}

LaunchTimer::~LaunchTimer() {
  current = before_;
  released_ = true;
  try {
    synchronize(device_);  // the stream looks at released_
  } catch (...) {          // the next request says it again
  }
  for (const auto& pair : events_)
    for (void* event : pair) cuda_runtime::destroy_event(event);
}

void LaunchTimer::begin(const std::array<unsigned, 3>& grid, const std::array<unsigned, 3>& block) {
  launches_.push_back({grid, block});
  if (device_ == Device::cuda)
    events_.push_back({cuda_runtime::record_event(), nullptr});
  else
    begun_ = now();
}

void LaunchTimer::end() {
  if (device_ == Device::cuda)
    events_.back()[1] = cuda_runtime::record_event();
  else
    launches_.back().seconds = now() - begun_;
}

std::vector<TimedLaunch> LaunchTimer::launches() {
  released_ = true;
  synchronize(device_);
  for (std::size_t i = 0; i < events_.size(); ++i)
    launches_[i].seconds = cuda_runtime::seconds_between(events_[i][0], events_[i][1]);
  return launches_;
}

}  // namespace norma
