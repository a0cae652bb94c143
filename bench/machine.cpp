#include "bench/machine.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "apps/cli/arguments.h"
#include "core/cuda_runtime.h"
#include "core/error.h"
#include "core/parallel.h"
#include "kernels/simd_target.h"

namespace norma {

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown processor";
}

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;  // Linux counts kilobytes
}

double machine_load() {
  double load = 0;
  return getloadavg(&load, 1) == 1 ? load : 0;
}

std::string device_text(Device device) {
  if (device == Device::cuda) return cuda_runtime::gpu_name();
  return fmt::format("{}{}, {} threads, {}", device == Device::simt ? "simt on " : "", processor(), threads(),
                     simd_target());
}

std::string source_folder() {
  const char* moved = std::getenv("NORMA_SOURCE_DIR");
  return moved != nullptr ? moved : NORMA_SOURCE_DIR;
}

std::string commit() {
  std::ifstream file(source_folder() + "/COMMIT");  // of a bundle
  if (std::string line; std::getline(file, line)) return line;
  const std::string command =
      fmt::format("git -C {} describe --always --dirty 2>/dev/null", quoted(source_folder()));
  std::FILE* git = popen(command.c_str(), "r");
  if (git == nullptr) return "unknown";
  char text[128] = {};
  const std::size_t length = std::fread(text, 1, sizeof text - 1, git);
  const bool known = pclose(git) == 0 && length > 1;
  return known ? std::string(text, length - 1) : "unknown";  // without the end of the line
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", std::localtime(&now));
  return text;
}

void check_writable(const std::string& flag, const std::string& file) {
  const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
  const bool there = std::filesystem::exists(file);
  if (std::filesystem::is_directory(file) || access((there ? file : folder.string()).c_str(), W_OK) != 0)
    fail_usage("--{} {}: this file cannot be written", flag, file);
}

void write_text(const std::string& file, const std::string& text) {
  const bool special =
      std::filesystem::exists(file) && !std::filesystem::is_regular_file(file);  // /dev/stdout
  const std::string part = special ? file : file + ".part";
  std::ofstream out(part);
  out << text;
  out.close();
  const bool written = out && (special || std::rename(part.c_str(), file.c_str()) == 0);
  if (written) return;
  if (!special) std::remove(part.c_str());
  fail("could not write {}: is the disk full?", file);
}

}  // namespace norma
