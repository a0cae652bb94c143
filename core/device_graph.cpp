#include "core/device_graph.h"

#include <vector>

#include "core/cuda_runtime.h"
#include "core/device_memory.h"
#include "core/device_recorder.h"
#include "core/error.h"

namespace norma {
namespace {

thread_local bool is_recording = false;

// What simt is asked for.
class SimtRecorder : public DeviceRecorder {
 public:
  SimtRecorder() : before_(current) { current = this; }
  ~SimtRecorder() override { current = before_; }
  SimtRecorder(const SimtRecorder&) = delete;
  SimtRecorder& operator=(const SimtRecorder&) = delete;

  void take(const DeviceWork& work) override {
    if (RunningOperation::current == nullptr) return work_.push_back(work.again);
    work_.push_back([again = work.again, operation = *RunningOperation::current] {
      const RunningOperation::Scope scope(operation);  // for a dry run of the replay
      again();
    });
  }
  bool replays() const override { return true; }
  std::vector<std::function<void()>> work() { return std::move(work_); }

 private:
  DeviceRecorder* before_;
  std::vector<std::function<void()>> work_;
};

}  // namespace

DeviceGraph::DeviceGraph(Device device) : device_(device), arena_(device) {
  if (on_host(device)) fail("the device {} has no graphs: only simt and cuda have", name(device));
  require_available(device);
}
DeviceGraph::~DeviceGraph() {
  if (cuda_ != nullptr) cuda_runtime::destroy_graph(cuda_);
}

namespace {

// Opens the arena, and closes it however the scope ends.
class InArena {
 public:
  InArena(StorageArena& arena, bool records) : arena_(arena) { is_recording = records, arena_.begin(); }
  ~InArena() { is_recording = false, arena_.end(); }
  InArena(const InArena&) = delete;
  InArena& operator=(const InArena&) = delete;

 private:
  StorageArena& arena_;
};

}  // namespace

void DeviceGraph::rehearse(const std::function<void()>& f) {
  const InArena open(arena_, false);
  f();
}

void DeviceGraph::record(const std::function<void()>& f) {
  if (is_recording) fail("a graph cannot be recorded within another one");
  const InArena open(arena_, true);
  if (device_ == Device::cuda) {
    void* const graph = cuda_runtime::record_graph(f);
    if (cuda_ != nullptr) cuda_runtime::destroy_graph(cuda_);
    cuda_ = graph;
  } else {
    SimtRecorder recorder;
    f();
    simt_ = recorder.work();
  }
}

void DeviceGraph::replay() {
  if (cuda_ != nullptr) return cuda_runtime::launch_graph(cuda_);
  if (simt_.empty()) fail("a graph was not recorded yet");
  for (const auto& work : simt_) work();
}

std::size_t DeviceGraph::size() const { return simt_.size(); }

bool DeviceGraph::recording() { return is_recording; }

}  // namespace norma
