// Operation: one line of the operation × executor table, callable.
#pragma once

#include <array>
#include <cstddef>

#include "core/device.h"
#include "core/error.h"
#include "kernels/norm/epilogue.h"

namespace norma {

/// Up to four implementations of one operation, in the order of Device; nullptr where one is not there.
template <class Args>
struct Operation {
  using Function = void (*)(const Args&);

  const char* name;
  std::array<Function, all_devices.size()> on;

  bool available(Device device) const { return on[static_cast<std::size_t>(device)] != nullptr; }

  /// Runs the operation on a device. Throws, naming both, where the slot is empty or takes no epilogue.
  void operator()(Device device, const Args& args) const {
    if (!available(device)) fail("{} is not there for the device {}: use cpu", name, norma::name(device));
    if constexpr (requires { args.after.relu; })
      if (args.after.relu && !takes_epilogue(device))
        fail("{} with an epilogue is not there for the device {}: call ReLU by itself", name,
             norma::name(device));
    on[static_cast<std::size_t>(device)](args);
  }
};

}  // namespace norma
