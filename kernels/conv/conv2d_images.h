// Convolution on the CPU that says which images are written: what conv2d_norm_cpu.cpp builds on.
#pragma once

#include <functional>

#include "kernels/conv/conv2d.h"

namespace norma {

/// Called for images [begin, end) of y as soon as they are written, from any thread, once for each image.
using ImagesDone = std::function<void(std::int64_t begin, std::int64_t end)>;

template <class T>
struct Conv2dImages {
  Conv2dForward<T> conv;
  ImagesDone done = {};  ///< may be empty
};

namespace cpu {
template <class T>
void conv2d_images(const Conv2dImages<T>& a);
}

}  // namespace norma
