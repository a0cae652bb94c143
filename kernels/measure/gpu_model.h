// A model of a GPU: how long it would need for what a dry run has recorded. Nothing is measured: the figures
// rank kernels and show what a change is worth, and a GPU may need a third more or less.
//
//   time of a kernel = the longest of
//     memory       bytes, from DRAM what is not in L2, the rest from L2
//     arithmetic   operations, on the multiprocessor with the most blocks
//     latency      waves of blocks, each with loads that wait for each other
//   + the start and the end of a kernel + the gap to the next one in a graph
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/measure/dry_run.h"

namespace norma {

/// The figures of a GPU, from its vendor's description unless gpu_model.cpp says otherwise.
struct Gpu {
  std::string name, title;  ///< "h100", "NVIDIA H100 SXM"
  int multiprocessors;
  double clock;            ///< Hz
  int multiply_adds;       ///< of float32, per multiprocessor and clock
  int tf32, bf16;          ///< those of its tensor cores; 0: it has none for the format
  double dram, l2;         ///< bytes per second, that a kernel reaches
  double l2_bytes;         ///< of L2, that arrays can use
  int threads, blocks;     ///< of a multiprocessor, at most
  int shared_bytes;        ///< of a multiprocessor
  double l2_clocks = 280;  ///< from a load to its number
  double dram_clocks = 650;
};

const std::vector<Gpu>& known_gpus();
std::vector<std::string> gpu_names();

struct ModelledLaunch {
  double waves = 0;  ///< blocks / those that the GPU holds at once
  double dram_bytes = 0, l2_bytes = 0;
  double memory = 0, arithmetic = 0, latency = 0;  ///< seconds that each would need alone
  double seconds = 0;                              ///< the longest of them, with start, end and gap

  double body() const { return std::max({memory, arithmetic, latency}); }
  std::string bound;  ///< "memory", "arithmetic", "latency", or "launch": start, end and gap are the most
};

/// The start and the end of a kernel and the gap to the next one in a graph, seconds.
inline constexpr double launch_seconds = 1.5e-6;

/// One per request of `step`, which has the short names of kernels in `kernels`, "" for other requests. The
/// step is repeated, so L2 holds at its beginning what the one before left there.
std::vector<ModelledLaunch> model_step(const Gpu& gpu, const Record& step,
                                       const std::vector<std::string>& kernels);

}  // namespace norma
