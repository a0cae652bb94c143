// A point in the work of a device, for a thread that has to wait for what another thread has given to it.
#pragma once

#include "core/cuda_runtime.h"
#include "core/device.h"

namespace norma {

/// The end of the work that this thread has given to a device so far.
class WorkMark {
 public:
  explicit WorkMark(Device device)
      : event_(device == Device::cuda ? cuda_runtime::record_event() : nullptr) {}
  ~WorkMark() {
    if (event_ != nullptr) cuda_runtime::destroy_event(event_);
  }
  WorkMark(const WorkMark&) = delete;
  WorkMark& operator=(const WorkMark&) = delete;
  /// Returns when that work has ended; for any thread.
  void wait() const {
    if (event_ != nullptr) cuda_runtime::wait_for_event(event_);
  }

 private:
  void* event_;  // of cuda; work of other devices ends before the call that gives it
};

}  // namespace norma
