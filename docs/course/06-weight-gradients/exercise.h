// Exercise 6: what you write, and who calls it.
#pragma once

#include <cstdint>

/// dweight[c] = Σ dy·xhat and dbias[c] = Σ dy, over all images and pixels of channel c. dy and xhat are
/// [n, c, hw]; dweight and dbias are [c], and contain NaN before the call.
extern "C" void affine_gradients(std::int64_t n, std::int64_t c, std::int64_t hw, const float* dy,
                                 const float* xhat, float* dweight, float* dbias);
