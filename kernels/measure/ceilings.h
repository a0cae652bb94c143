// What a device can do at most, measured in the same run: how fast it copies, how fast it multiplies and adds.
#pragma once

#include "core/device.h"
#include "core/dtype.h"

namespace norma {

struct Ceilings {
  double bytes_a_second = 0;  ///< read and written, by a copy within the device's memory
  double flops_a_second = 0;  ///< additions and multiplications, by a loop of multiply-adds in registers

  /// The least time in which so much can be done, and which of the two binds.
  double seconds(double bytes, double flops) const;
  bool memory_binds(double bytes, double flops) const;
};

/// On the CPU with all threads. The fastest of several tries, for a ceiling is what was reached once.
Ceilings measure_ceilings(Device device, DType dtype);

}  // namespace norma
