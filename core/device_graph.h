// DeviceGraph: work for a device that is recorded once and then done again any number of times, with one
// call instead of one for each kernel. On cuda it is a CUDA graph; simt keeps a list of launches.
//
//   DeviceGraph graph(Device::cuda);
//   graph.rehearse([&] { step(); });   does the step, with memory that the graph keeps
//   graph.record([&] { step(); });     does nothing yet
//   graph.replay();                    does the step, without the host's part of it
//
// The kernels are repeated with the same arguments, so the memory that they use is kept for the graph as long
// as it lives: no other tensor gets it. A recording must not need the host: a copy over the bus, or asking
// the system for memory, throws and says so.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "core/device.h"
#include "core/storage.h"

namespace norma {

class DeviceGraph {
 public:
  explicit DeviceGraph(Device device);
  ~DeviceGraph();
  DeviceGraph(const DeviceGraph&) = delete;
  DeviceGraph& operator=(const DeviceGraph&) = delete;

  /// Calls f(). Its memory is kept for a recording that needs the same.
  void rehearse(const std::function<void()>& f);
  /// Calls f() and records its work. If f throws, nothing is recorded.
  void record(const std::function<void()>& f);
  /// Does what was recorded. Asynchronous on cuda.
  void replay();
  /// Requests per replay: kernels, copies, clears; 0 before record(), and unknown (0) on cuda.
  std::size_t size() const;

  /// Whether this thread records.
  static bool recording();

 private:
  Device device_;
  StorageArena arena_;
  std::vector<std::function<void()>> simt_;
  void* cuda_ = nullptr;
};

}  // namespace norma
