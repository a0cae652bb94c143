// The output of bench_kernels.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/kernel_options.h"
#include "bench/measure.h"

namespace norma {

/// Where and how a table was measured; the same for all of its rows.
struct Circumstances {
  std::string device;   ///< "AMD EPYC, 2 threads, AVX3"
  std::string command;  ///< the command that measured it
  std::string date, commit;
  std::string peer;  ///< PyTorch's version, or why there is none
  double load = 0;   ///< of the machine, before
  DType dtype = DType::float32;
  Patience patience;
  Ceilings ceilings;
  bool simt = false, has_peer = false;
  double rotated_bytes = 0;  ///< as in measure()
};

/// The lines above the table, with an explanation of it.
std::string report_header(const Circumstances& run);
/// The row, after a heading if its operation differs from that of the row before.
std::string report_line(const KernelRow& row, const Circumstances& run, const KernelRow* before);
/// The lines below the table: the results of the checks, and the processor time of the waiting sides.
std::string report_footer(const std::vector<KernelRow>& rows, const Circumstances& run, double seconds);
/// The same as a page in Markdown.
std::string report_markdown(const std::vector<KernelRow>& rows, const Circumstances& run);
nlohmann::ordered_json report_json(const std::vector<KernelRow>& rows, const Circumstances& run);

/// "1.23 ms": three digits.
std::string time_text(double seconds);

}  // namespace norma
