// The command line of bench_kernels.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/case.h"
#include "kernels/measure/stopwatch.h"

namespace norma {

struct KernelOptions {
  Device device = Device::cpu;
  DType dtype = DType::float32;
  std::vector<std::string> operations = {};  ///< names, or beginnings of names; empty: all
  std::string filter = {};                   ///< the text of a row must contain it
  bool steps = false;                        ///< the steps of group norm instead of the operations
  std::int64_t batch_size = 0;               ///< 0: the sizes of all_cases(), and one image on simt
  int threads = 0;                           ///< 0: all cores
  double rotate = -1;                        ///< bytes, as in measure(); negative: the device's own
  bool quick = false;
  bool peer = true;
  std::string json, markdown;  ///< files to write; empty: none
  bool quiet = false, help = false;

  CaseSizes sizes() const;
  Patience patience() const;
  double rotated_bytes() const { return rotate >= 0 ? rotate : device == Device::cuda ? 256e6 : 0; }
};

/// Throws UsageError, one sentence, for a wrong flag or value.
KernelOptions parse_kernel_options(int argc, const char* const* argv);
std::string kernel_help();

/// The cases that the options choose. Throws UsageError if there are none.
std::vector<Case> chosen_cases(const KernelOptions& options);

}  // namespace norma
