// Scratch memory that a kernel of this executor can reach, given back at the end of the scope. At that time
// the kernels that use it have been launched, and the next user of the memory launches its kernels later.
#pragma once

#include "kernels/cuda/cuda.h"
#include "kernels/scratch.h"

namespace norma::NORMA_EXECUTOR {

/// `count` uninitialised elements of device memory.
template <class T>
class DeviceScratch {
 public:
  explicit DeviceScratch(std::int64_t count) : scratch_(count, Device::NORMA_EXECUTOR) {}
  T* data() const { return scratch_.data(); }

 private:
  Scratch<T> scratch_;
};

}  // namespace norma::NORMA_EXECUTOR
