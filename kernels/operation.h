// Operation: one line of the operation × executor table, callable.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <variant>

#include "core/device.h"
#include "core/device_memory.h"
#include "core/device_recorder.h"
#include "core/error.h"
#include "kernels/cost.h"
#include "kernels/norm/epilogue.h"

namespace norma {

/// The epilogue among the arguments of an operation; none where it has no such argument.
template <class Args>
Epilogue epilogue_of(const Args& args) {
  if constexpr (requires { args.after.relu; })
    return args.after;
  else if constexpr (requires { args.norm.index(); })
    return std::visit([](const auto& norm) { return epilogue_of(norm); }, args.norm);
  else
    return {};
}

/// Other work that an operation does in the same pass: "", "relu dropout2d", "group_norm relu".
template <class Args>
std::string fused_text(const Args& args) {
  const Epilogue after = epilogue_of(args);
  std::string text;
  if constexpr (requires { args.norm.index(); }) text += args.norm_names[args.norm.index()];
  if (after.relu) text += text.empty() ? "relu" : " relu";
  return after.relu && after.p > 0 ? text + " dropout2d" : text;
}

/// An operation that has run.
struct OperationRun {
  const char* name;
  std::string fused;  ///< fused_text()
  Cost cost;
  double seconds;
};

/// Is called after every operation.
using OperationObserver = std::function<void(const OperationRun& run)>;
/// Of this thread. While one is set, it waits for the device before and after every operation. Only one can
/// be set.
inline thread_local OperationObserver* operation_observer = nullptr;

/// Up to four implementations of one operation, in the order of Device; nullptr where one does not exist.
template <class Args>
struct Operation {
  using Function = void (*)(const Args&);

  const char* name;
  std::array<Function, all_devices.size()> on;
  std::array<bool, all_devices.size()> epilogue_on = {};  ///< which of them take an epilogue

  constexpr bool available(Device device) const { return on[static_cast<std::size_t>(device)] != nullptr; }
  /// Whether it takes an epilogue (kernels/norm/epilogue.h) on this device.
  constexpr bool takes_epilogue(Device device) const {
    return available(device) && epilogue_on[static_cast<std::size_t>(device)];
  }

  /// Runs the operation on a device. Throws, naming both, where it does not exist there, or has an epilogue
  /// and takes none.
  void operator()(Device device, const Args& args) const {
    if (!available(device)) fail_missing(device);
    if (epilogue_of(args).relu && !takes_epilogue(device))
      fail("{} with an epilogue does not exist for the device {}: call ReLU by itself", name,
           norma::name(device));
    const Function function = on[static_cast<std::size_t>(device)];
    if (DeviceRecorder::current != nullptr) return run_named(function, args);
    if (operation_observer == nullptr) return function(args);
    synchronize(device);
    const auto start = std::chrono::steady_clock::now();
    function(args);
    synchronize(device);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    (*operation_observer)({name, fused_text(args), args.cost(), taken.count()});
  }

 private:
  [[noreturn]] void fail_missing(Device device) const {
    std::string others;
    for (const Device other : all_devices)
      if (available(other)) others += (others.empty() ? "" : ", ") + std::string(norma::name(other));
    fail("{} does not exist for the device {}, only for {}", name, norma::name(device), others);
  }

  void run_named(Function function, const Args& args) const {
    const std::string fused = fused_text(args);
    const Cost cost = args.cost();
    const RunningOperation::Scope scope({fused.empty() ? name : name + (" " + fused), cost.bytes, cost.flops,
                                         RunningOperation::next_number()});
    function(args);
  }
};

}  // namespace norma
