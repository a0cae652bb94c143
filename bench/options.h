// The command line of bench_train.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "layers/network/builder.h"

namespace norma {

struct BenchOptions {
  std::vector<std::string> presets = {"c11-48096"};
  std::vector<Norm> norms = {Norm::bn, Norm::gn, Norm::ln};
  Precision precision =
      Precision::exact;  ///< of Norma's convolutions; the peer's counterpart: peers/training.py
  std::int64_t batch_size = 128;
  Device device = Device::cpu;
  std::string simd;  ///< empty: the best
  int threads = 0;   ///< 0: all cores
  int rounds = 11;
  int steps = 10;          ///< steps of each contestant in a round
  bool inference = false;  ///< forward passes in evaluation mode instead of training steps
  bool peer = true;
  bool compile = true;  ///< time the peer after torch.compile too
  std::string json;     ///< file to write the rows to; empty: none
  bool quiet = false, help = false;
};

/// Throws UsageError, one sentence, for a wrong flag or value.
BenchOptions parse_bench_options(int argc, const char* const* argv);
std::string bench_help();

}  // namespace norma
