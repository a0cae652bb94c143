// Exercise 8: what you write, and who calls it.
#pragma once

#include <cstdint>

/// Returns the loss L at x[0 … m − 1].
using Forward = double (*)(const double* x, std::int64_t m);
/// Writes dx[i] = ∂L/∂x[i] at x, for i in [0, m); or something wrong.
using Backward = void (*)(const double* x, std::int64_t m, double* dx);

/// Whether `backward` computes the gradient of `forward` at x[0 … m − 1]; m is at least 1. The numbers in x
/// are of size max |x[i]|, which can be from 1e-6 to 1e6.
extern "C" bool gradient_is_right(Forward forward, Backward backward, const double* x, std::int64_t m);
