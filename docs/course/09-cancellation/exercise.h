// Exercise 9: what you repair, and who calls it.
#pragma once

#include <cstdint>

/// The variance (1/m)·Σ (x − mean)² of x[0 … m − 1]; m is from 1 to 1000. Calculates in float only.
extern "C" float set_variance(const float* x, std::int64_t m);
