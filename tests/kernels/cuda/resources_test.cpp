// The report of ptxas about every CUDA kernel, from the build of the library (kernels/cuda/keep_report). No
// kernel may spill registers, keep an array in local memory, use more registers than its launch bounds
// allow, or more than the figures that are kept of it.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <regex>

#include "kernels/conv/conv2d.h"
#include "kernels/measure/kernel_figures.h"
#include "kernels/norm/variant.h"
#include "kernels/simt/code_names.h"
#include "kernels/table.h"
#include "tests/kernels/cuda/compiler_report.h"
#include "tests/support/catch.h"

using namespace norma;
namespace fs = std::filesystem;

namespace {

struct Kernel {
  std::string mangled, architecture;
  bool in_use = true;  // not a step towards the kernel in use
  int stack = -1, spills = -1, registers = -1, shared_bytes = 0;
};

std::vector<Kernel> read_report(const fs::path& file) {
  const std::regex entry("Compiling entry function '(\\w+)' for '(\\w+)'"),
      memory("(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads"),
      used("Used (\\d+) registers"), shared("(\\d+) bytes smem");
  std::vector<Kernel> kernels;
  std::ifstream in(file);
  std::smatch m;
  for (std::string line; std::getline(in, line);)
    if (std::regex_search(line, m, entry))
      kernels.push_back({m[1], m[2], file.string().find("/steps/") == std::string::npos});
    else if (!kernels.empty() && std::regex_search(line, m, memory))
      kernels.back().stack = std::stoi(m[1]), kernels.back().spills = std::stoi(m[2]) + std::stoi(m[3]);
    else if (!kernels.empty() && std::regex_search(line, m, used)) {
      kernels.back().registers = std::stoi(m[1]);
      if (std::regex_search(line, m, shared)) kernels.back().shared_bytes = std::stoi(m[1]);
    }
  return kernels;
}

// kernel name → the text between the parentheses of its __launch_bounds__
std::map<std::string, std::string> launch_bounds() {
  const std::regex bounds("__global__ void __launch_bounds__\\(([^()]*)\\)[^(]*?(\\w+)\\(");
  std::map<std::string, std::string> all;
  for (const std::string folder : {"core", "kernels"})
    for (const auto& file : fs::recursive_directory_iterator(fs::path(NORMA_SOURCE_DIR) / folder)) {
      if (file.path().extension() != ".cu" && file.path().extension() != ".cuh") continue;
      std::ifstream in(file.path());
      const std::string text{std::istreambuf_iterator<char>(in), {}};
      const std::string code = std::regex_replace(text, std::regex("//[^\n]*"), "");
      for (auto m = std::sregex_iterator(code.begin(), code.end(), bounds); m != std::sregex_iterator(); ++m)
        all[(*m)[2]] = (*m)[1];
    }
  return all;
}

// "256, 2" → 512 threads that a multiprocessor must hold at once
int threads_held(const std::string& bounds) {
  static const std::map<std::string, int> constants = {
      {"block_threads", 256},        {"norm::most_threads_a_set", norma::norm::most_threads_a_set},
      {"G == 8 ? 2 : 4", 2},  // the least
      {"32 * channel_walkers", 256}, {"steps::tile_threads", 128},
  };
  int product = 1;
  const std::regex part("\\s*([^,]*[^,\\s])\\s*(,|$)");
  for (auto m = std::sregex_iterator(bounds.begin(), bounds.end(), part); m != std::sregex_iterator(); ++m) {
    const std::string word = (*m)[1];
    product *= constants.contains(word) ? constants.at(word) : std::stoi(word);
  }
  return product;
}

}  // namespace

TEST_CASE("no CUDA kernel spills, has a stack, or outgrows its launch bounds", "[cuda][resources]") {
  std::vector<Kernel> reported;
  for (const auto& file : fs::recursive_directory_iterator(NORMA_BINARY_DIR))
    if (file.path().extension() == ".ptxas") {
      const auto more = read_report(file.path());
      reported.insert(reported.end(), more.begin(), more.end());
    }
  if (!norma::kernels<float>.fill.available(norma::Device::cuda)) {
    std::cout << "skipped: this build has no CUDA, and so no report of the compiler\n";
    return;
  }
  CHECK(reported.size() > 100);
  const auto bounds = launch_bounds();
  CHECK(bounds.size() > 20);
  constexpr int registers_of_a_multiprocessor = 65536;
  for (const Kernel& kernel : reported) {
    const std::string name = test::demangled(kernel.mangled);
    std::smatch m;
    REQUIRE(std::regex_search(name, m, std::regex("(\\w+)(<.*)?\\(")));
    CAPTURE(name, kernel.architecture, kernel.registers);
    // These keep some numbers in memory around the call of a function that divides.
    const bool divides = name.find("forward_packs<2, double>") != std::string::npos ||
                         name.find("avg_pool2d_backward") != std::string::npos ||
                         name.find("Slope<(norma::UnaryFunction)") != std::string::npos;
    CHECK(kernel.stack <= (divides ? 32 : 0));
    CHECK(kernel.spills <= (divides ? 64 : 0));
    const auto found = std::find_if(bounds.begin(), bounds.end(), [&](const auto& b) {
      return name.find("::" + b.first + "<") != std::string::npos ||
             name.find("::" + b.first + "(") != std::string::npos;
    });
    REQUIRE(found != bounds.end());
    CHECK(kernel.registers > 0);
    CHECK(kernel.registers * threads_held(found->second) <= registers_of_a_multiprocessor);
    if (kernel.in_use && test::works_in_float32(short_function(name))) {
      const KernelFigures* const kept = figures_of(short_function(name));
      REQUIRE(kept != nullptr);  // a new kernel gets a row in kernels/measure/kernel_figures.cpp
      CHECK(kernel.registers <= kept->registers);
      CHECK(kernel.shared_bytes <= kept->shared_bytes);
    }
  }
}
