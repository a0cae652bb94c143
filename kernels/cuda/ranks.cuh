// Numbers of several processes that train one network (core/ranks.h), in device memory.
#pragma once

#include "core/ranks.h"
#include "kernels/cuda/scratch.h"

namespace norma::NORMA_EXECUTOR {

/// [processes, count]: what each rank has, in the order of the ranks. Every rank makes one at the same time.
template <class T>
class OfAllRanks {
 public:
  OfAllRanks(Ranks& ranks, const T* mine, std::int64_t count)
      : processes_(ranks.size()), all_(processes_ * count) {
    ranks.gather(Device::NORMA_EXECUTOR, mine, all_.data(), static_cast<std::size_t>(count) * sizeof(T));
  }
  unsigned processes() const { return static_cast<unsigned>(processes_); }
  const T* data() const { return all_.data(); }

 private:
  std::int64_t processes_;
  DeviceScratch<T> all_;
};

}  // namespace norma::NORMA_EXECUTOR
