// Exercise 11: what you write, and who calls it.
#pragma once

#include <cstdint>

/// y[i] = (x[i] − mean)·rstd, for i in [0, m). mean has more digits than a float; |mean| is below 10⁷.
extern "C" void normalize_exactly(const float* x, std::int64_t m, double mean, double rstd, float* y);
