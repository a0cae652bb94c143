// DeviceRecorder: takes down what is asked of the device `simt`, instead of doing it: for a dry run, which
// counts what a training step would ask of a GPU (kernels/measure/dry_run.h), or to do it again and again
// (core/device_graph.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <source_location>
#include <string>
#include <utility>

namespace norma {

/// One request.
struct DeviceWork {
  enum class Kind { kernel, copy_within, copy_in, copy_out, clear };
  Kind kind;
  std::size_t bytes = 0;  ///< of a copy or of memory that is cleared

  // Of a kernel:
  const void* function = nullptr;
  std::array<unsigned, 3> grid = {}, block = {};
  std::size_t shared_bytes = 0;  ///< dynamic
  std::source_location where = {};
  const void* parameters = nullptr;  ///< valid while take() runs
  std::size_t parameter_bytes = 0;

  std::function<void()> again = {};  ///< does the work, if DeviceRecorder::replays()
};

/// The operation of kernels/table.h that runs on this thread, while there is a recorder.
struct RunningOperation {
  std::string name;  ///< "group_norm_forward relu"
  double bytes = 0, flops = 0;
  std::uint64_t number = 0;  ///< another one for every call

  static thread_local const RunningOperation* current;
  static std::uint64_t next_number();
  class Scope;
};

/// While one lives, it is the operation that runs.
class RunningOperation::Scope {
 public:
  explicit Scope(RunningOperation running) : running_(std::move(running)), outer_(current) {
    current = &running_;
  }
  ~Scope() { current = outer_; }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  RunningOperation running_;
  const RunningOperation* outer_;
};

class DeviceRecorder {
 public:
  virtual ~DeviceRecorder() = default;
  virtual void take(const DeviceWork& work) = 0;
  /// Whether it wants DeviceWork::again.
  virtual bool replays() const { return false; }

  /// Of this thread; nullptr where the device does its work.
  static thread_local DeviceRecorder* current;
};

}  // namespace norma
