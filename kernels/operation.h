// Operation: one line of the operation × executor table, callable.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>

#include "core/device.h"
#include "core/device_memory.h"
#include "core/error.h"
#include "kernels/cost.h"
#include "kernels/norm/epilogue.h"

namespace norma {

/// Hears of every operation that has run: its name, its cost and the seconds that it took.
using OperationObserver = std::function<void(const char* name, const Cost& cost, double seconds)>;
/// While set, the thread of training waits for the device around every operation. One at a time.
inline OperationObserver* operation_observer = nullptr;

/// Up to four implementations of one operation, in the order of Device; nullptr where one is not there.
template <class Args>
struct Operation {
  using Function = void (*)(const Args&);

  const char* name;
  std::array<Function, all_devices.size()> on;

  bool available(Device device) const { return on[static_cast<std::size_t>(device)] != nullptr; }

  /// Runs the operation on a device. Throws, naming both, where the slot is empty or takes no epilogue
  /// or ImagesDone.
  void operator()(Device device, const Args& args) const {
    if (!available(device)) fail("{} is not there for the device {}: use cpu", name, norma::name(device));
    if constexpr (requires { args.after.relu; })
      if (args.after.relu && !takes_epilogue(device))
        fail("{} with an epilogue is not there for the device {}: call ReLU by itself", name,
             norma::name(device));
    if constexpr (requires { args.done; })
      if (args.done && !takes_epilogue(device))
        fail("{} image by image is not there for the device {}", name, norma::name(device));
    const Function function = on[static_cast<std::size_t>(device)];
    if (operation_observer == nullptr) return function(args);
    synchronize(device);
    const auto start = std::chrono::steady_clock::now();
    function(args);
    synchronize(device);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    (*operation_observer)(name, cost_of(args), taken.count());
  }
};

}  // namespace norma
