#include "core/device_memory.h"

#include <atomic>
#include <cstring>

#include "core/cuda_runtime.h"
#include "core/device_graph.h"
#include "core/device_recorder.h"
#include "core/error.h"
#include "core/host_memory.h"
#include "core/simt_memory.h"

namespace norma {
namespace {

struct Counters {
  std::atomic<std::uint64_t> copies_in = 0, bytes_in = 0, copies_out = 0, bytes_out = 0;
};

Counters& counters(Device device) {
  static Counters of_simt, of_cuda;
  return device == Device::cuda ? of_cuda : of_simt;
}

void count(Device to, Device from, std::size_t bytes) {
  if (!on_host(to) && on_host(from)) ++counters(to).copies_in, counters(to).bytes_in += bytes;
  if (on_host(to) && !on_host(from)) ++counters(from).copies_out, counters(from).bytes_out += bytes;
}

// Nothing was computed: the host gets zeros.
void record_copy(Device to_device, void* to, Device from_device, const void* from, std::size_t bytes) {
  using Kind = DeviceWork::Kind;
  if (on_host(to_device)) std::memset(to, 0, bytes);
  DeviceWork work{.kind = on_host(to_device)     ? Kind::copy_out
                          : on_host(from_device) ? Kind::copy_in
                                                 : Kind::copy_within,
                  .bytes = bytes};
  if (DeviceRecorder::current->replays())
    work.again = [=] {
      const SimtMemoryAccess access;
      std::memcpy(to, from, bytes);
    };
  DeviceRecorder::current->take(work);
}

void fail_if_recording(Device to, Device from, std::size_t bytes) {
  if (DeviceGraph::recording() && on_host(to) != on_host(from))
    fail("a graph cannot be recorded that copies {} bytes {}", bytes,
         on_host(to) ? "to the host, as reading a number does" : "from the host to the device");
}

}  // namespace

thread_local DeviceRecorder* DeviceRecorder::current = nullptr;
thread_local const RunningOperation* RunningOperation::current = nullptr;
std::uint64_t RunningOperation::next_number() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

std::string unavailable_because(Device device) {
  return device == Device::cuda ? cuda_runtime::unavailable_because() : "";
}

void require_available(Device device) {
  if (const std::string reason = unavailable_because(device); !reason.empty())
    fail("the device {} cannot be used: {}; use cpu (or simt, which runs the CUDA kernels on the CPU)",
         name(device), reason);
}

void copy_bytes(Device to_device, void* to, Device from_device, const void* from, std::size_t bytes) {
  if (bytes == 0) return;
  fail_if_recording(to_device, from_device, bytes);
  count(to_device, from_device, bytes);
  const bool cuda = to_device == Device::cuda || from_device == Device::cuda;
  const bool simt = to_device == Device::simt || from_device == Device::simt;
  if (cuda && simt) fail("there is no copy between simt and cuda: go through cpu");
  if (cuda) return cuda_runtime::copy(to, from, bytes);
  if (!simt) return void(std::memcpy(to, from, bytes));
  if (DeviceRecorder::current != nullptr) return record_copy(to_device, to, from_device, from, bytes);
  const SimtMemoryAccess access;
  std::memcpy(to, from, bytes);
}

void clear_bytes(Device device, void* to, std::size_t bytes) {
  if (bytes == 0) return;
  if (device == Device::cuda) return cuda_runtime::clear(to, bytes);
  if (device != Device::simt) return void(std::memset(to, 0, bytes));
  if (DeviceRecorder* const recorder = DeviceRecorder::current; recorder != nullptr) {
    DeviceWork work{.kind = DeviceWork::Kind::clear, .bytes = bytes};
    if (recorder->replays())
      work.again = [=] {
        const SimtMemoryAccess access;
        std::memset(to, 0, bytes);
      };
    return recorder->take(work);
  }
  const SimtMemoryAccess access;
  std::memset(to, 0, bytes);
}

void synchronize(Device device) {
  if (DeviceGraph::recording()) fail("a graph cannot be recorded that waits for the device");
  if (device == Device::cuda) cuda_runtime::synchronize();
}

BusTraffic bus_traffic(Device device) {
  if (on_host(device)) return {};
  const Counters& c = counters(device);
  return {c.copies_in, c.bytes_in, c.copies_out, c.bytes_out};
}

void* system_allocate(Device device, std::size_t bytes) {
  if (device == Device::cuda) return cuda_runtime::allocate(bytes);
  return device == Device::simt ? simt_memory::allocate(bytes) : host_memory::allocate(bytes);
}

void system_free(Device device, void* block) {
  if (device == Device::cuda) return cuda_runtime::free(block);
  return device == Device::simt ? simt_memory::free(block) : host_memory::free(block);
}

}  // namespace norma
