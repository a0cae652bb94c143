// The ceilings of a device, measured in the same run: how fast it copies, and how fast it multiplies and
// adds.
#pragma once

#include "core/device.h"
#include "core/dtype.h"

namespace norma {

struct Ceilings {
  double bytes_a_second = 0;  ///< read and written, by a copy within the device's memory
  double flops_a_second = 0;  ///< additions and multiplications, by a loop of multiply-adds in registers

  /// The least time for so much work, and which of the two ceilings is the limit.
  double seconds(double bytes, double flops) const;
  bool memory_binds(double bytes, double flops) const;
};

/// On the CPU with all threads. The fastest of several tries.
Ceilings measure_ceilings(Device device, DType dtype);

}  // namespace norma
