// Numbers of several processes that train one network (core/ranks.h), in device memory.
#pragma once

#include "core/ranks.h"
#include "kernels/cuda/images.cuh"

namespace norma::NORMA_EXECUTOR {

/// [processes, count]: what each rank has, in the order of the ranks. Every rank makes one at the same time.
template <class T>
class OfAllRanks {
 public:
  OfAllRanks(Ranks& ranks, const T* mine, std::int64_t count)
      : processes_(ranks.size()), count_(count), all_(processes_ * count) {
    ranks.gather(Device::NORMA_EXECUTOR, mine, all_.data(), static_cast<std::size_t>(count) * sizeof(T));
  }
  unsigned processes() const { return static_cast<unsigned>(processes_); }
  unsigned count() const { return static_cast<unsigned>(count_); }
  const T* data() const { return all_.data(); }

 private:
  std::int64_t processes_, count_;
  DeviceScratch<T> all_;
};

/// finish(0, i, sum of what the ranks have at i), a Sum, as a tree.
template <class Sum, class T, class Finish>
void merge_ranks(const OfAllRanks<T>& all, const Finish& finish) {
  merge_images<Sum>({all.processes(), all.processes()}, 1, all.count(),
                    LoadPartial<T>{all.data(), all.count()}, finish);
}

}  // namespace norma::NORMA_EXECUTOR
