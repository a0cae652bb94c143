// Exercise 13: what you write, and who calls it.
#pragma once

#include <cstdint>

/// The sum of x[0 … m − 1], computed by `threads` threads (from 1 to 16). Its bits depend on x and m only.
/// m can be 0. Use std::thread; std::atomic, std::jthread and std::async are not possible here.
extern "C" double parallel_sum(const float* x, std::int64_t m, int threads);
