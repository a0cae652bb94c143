// The machine of a benchmark, which must be named with its figures.
#pragma once

#include <string>

#include "core/device.h"

namespace norma {

/// "AMD EPYC 9654", from /proc/cpuinfo.
std::string processor();
/// The hardware behind a device: "AMD EPYC 9654, 2 threads, AVX3", or the GPU with its driver.
std::string device_text(Device device);
/// The mean number of processes that needed a core in the last minute.
double machine_load();
/// The folder of the sources of this program; in a bundle, $NORMA_SOURCE_DIR, with the sources that it needs.
std::string source_folder();
/// The commit of the sources, "68f2d59" or "68f2d59-dirty"; "unknown" if it cannot be found.
std::string commit();
/// The peak resident memory of this process.
double peak_megabytes();
/// "2025-01-31"
std::string today();

/// Throws a UsageError that names the flag if `file` cannot be written: before minutes of work, not after.
void check_writable(const std::string& flag, const std::string& file);
/// Writes the whole file or throws.
void write_text(const std::string& file, const std::string& text);

}  // namespace norma
