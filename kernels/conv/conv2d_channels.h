// Some channels of images, taken out and put back: one group of a convolution as a convolution of its own.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/parallel.h"

namespace norma {

/// Images [n, channels, plane], of which `count` channels from `first` on are meant.
struct Channels {
  std::int64_t n, channels, plane, first, count;

  template <class T>
  void take(const T* images, T* taken) const {
    parallel_for(n, [&](std::int64_t i) {
      std::copy_n(images + (i * channels + first) * plane, count * plane, taken + i * count * plane);
    });
  }
  template <class T>
  void put(const T* taken, T* images) const {
    parallel_for(n, [&](std::int64_t i) {
      std::copy_n(taken + i * count * plane, count * plane, images + (i * channels + first) * plane);
    });
  }
};

}  // namespace norma
