// Where a benchmark ran: what must stand beside its figures.
#pragma once

#include <string>

#include "core/device.h"

namespace norma {

/// "AMD EPYC 9654", as /proc/cpuinfo has it.
std::string processor();
/// What a benchmark on this device runs on: "AMD EPYC 9654, 2 threads, AVX3", or the GPU with its driver.
std::string device_text(Device device);
/// Processes that wanted a core in the last minute, on average.
double machine_load();
/// Where the sources are that this was built from; in a bundle, $NORMA_SOURCE_DIR says where what it needs of them is.
std::string source_folder();
/// The commit that the sources are at, "68f2d59" or "68f2d59-dirty"; "unknown" where nobody can say.
std::string commit();
/// The most resident memory that this process has had.
double peak_megabytes();
/// "2025-01-31"
std::string today();

/// Throws UsageError, naming the flag, where `file` cannot be written: before minutes of work, not after.
void check_writable(const std::string& flag, const std::string& file);
/// Writes the whole file or throws.
void write_text(const std::string& file, const std::string& text);

}  // namespace norma
