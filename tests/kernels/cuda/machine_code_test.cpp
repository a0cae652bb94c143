// The loops of the kernels whose work is arithmetic, in machine code: what share of the instructions
// multiplies and adds, and how many loads are under way together. Needs cuobjdump (of the CUDA Toolkit).
#include <filesystem>
#include <iostream>
#include <map>
#include <regex>
#include <sstream>

#include "kernels/measure/kernel_figures.h"
#include "kernels/simt/code_names.h"
#include "kernels/table.h"
#include "tests/kernels/cuda/compiler_report.h"
#include "tests/support/catch.h"
#include "tests/support/process.h"

using namespace norma;
namespace fs = std::filesystem;

namespace {

struct Instruction {
  std::int64_t address;
  std::string name;          // "FFMA", "LDG.E.128", …
  std::int64_t target = -1;  // of a branch
};
using Code = std::vector<Instruction>;

// mangled name of the kernel → its instructions
std::map<std::string, Code> disassemble(const fs::path& object) {
  const std::string text =
      test::run_program({"/bin/sh", "-c", "exec cuobjdump -sass -arch sm_90 \"$0\"", object.string()}).out;
  const std::regex function("Function : (\\S+)"),
      instruction("/\\*([0-9a-f]{4,})\\*/\\s+(?:@!?U?P\\w+\\s+)?([A-Z][\\w.]*)([^;]*);"),
      address("0x([0-9a-f]+)");
  std::map<std::string, Code> all;
  Code* code = nullptr;
  std::istringstream in(text);
  std::smatch m, to;
  for (std::string line; std::getline(in, line);)
    if (std::regex_search(line, m, function)) {
      code = &all[m[1]];
    } else if (code != nullptr && std::regex_search(line, m, instruction)) {
      Instruction i{std::stoll(m[1], nullptr, 16), m[2]};
      const std::string operands = m[3];
      if (i.name == "BRA" && std::regex_search(operands, to, address))
        i.target = std::stoll(to[1], nullptr, 16);
      code->push_back(std::move(i));
    }
  return all;
}

struct Loop {
  double multiply_adds = 0, instructions = 0;
  int loads = 0;
};

// The longest loop. We assume that a loop within it (channels of a tile, pairs of taps or of rows) runs four
// times, as those of our kernels do.
Loop longest_loop(const Code& code) {
  constexpr int inner_times = 4;
  std::vector<std::pair<std::int64_t, std::int64_t>> loops;  // addresses of the first and last instruction
  for (const Instruction& i : code)
    if (i.target >= 0 && i.target < i.address) loops.push_back({i.target, i.address});
  const auto length = [](const auto& loop) { return loop.second - loop.first; };
  const auto outer = std::max_element(loops.begin(), loops.end(),
                                      [&](const auto& a, const auto& b) { return length(a) < length(b); });
  Loop result;
  if (outer == loops.end()) return result;
  for (const Instruction& i : code) {
    if (i.address < outer->first || i.address > outer->second) continue;
    const bool within = std::any_of(loops.begin(), loops.end(), [&](const auto& inner) {
      return inner != *outer && inner.first <= i.address && i.address <= inner.second;
    });
    const int times = within ? inner_times : 1;
    result.instructions += times;
    result.multiply_adds += i.name.starts_with("FFMA") || i.name.starts_with("HMMA") ? times : 0;
    result.loads += i.name.starts_with("LDG");  // LDGSTS, the copies to shared memory, too
  }
  return result;
}

}  // namespace

TEST_CASE("the loops of the convolutions have their share of arithmetic and their loads together",
          "[cuda][resources]") {
  if (!kernels<float>.fill.available(Device::cuda))
    return void(std::cout << "skipped: this build has no CUDA\n");
  if (test::run_program({"/bin/sh", "-c", "cuobjdump --version"}).status != 0)
    return void(std::cout << "skipped: cuobjdump is not on the PATH\n");
  std::map<std::string, int> seen;
  for (const auto& file : fs::recursive_directory_iterator(NORMA_BINARY_DIR)) {
    const std::string path = file.path().string();
    if (!path.ends_with("/conv/conv2d.cu.o") || path.find("norma_cuda") == std::string::npos) continue;
    for (const auto& [mangled, code] : disassemble(path)) {
      const std::string name = short_function(test::demangled(mangled));
      const KernelFigures* const kept = figures_of(name);
      // The matrix product has many forms. The one of 1×1 convolutions is in the networks.
      const bool other =
          name.starts_with("multiply_tiles") && name.find("Matrix, Planes") == std::string::npos;
      if (kept == nullptr || kept->loads == 0 || other || !test::works_in_float32(name)) continue;
      const Loop loop = longest_loop(code);
      CAPTURE(name, loop.instructions, loop.multiply_adds);
      CHECK(loop.multiply_adds / loop.instructions >= kept->multiply_add);
      CHECK(loop.loads >= kept->loads);
      ++seen[kept->name];
    }
  }
  for (const KernelFigures& kept : kernel_figures())
    if (kept.loads > 0) CHECK(seen[kept.name] > 0);
}
