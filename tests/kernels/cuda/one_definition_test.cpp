// The CUDA sources follow the one-definition rule. If two of them define the same name differently, the
// linker keeps one of the definitions without a message, and a kernel may run with the wrong helper. This
// test checks the objects for simt.
//
//   types       the compiler compares them when it sees all objects at once: -flto -Wodr
//   functions   every object has its own copy of a template or an inline function (a weak symbol), and debug
//               information gives its line: two lines are two definitions
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include "tests/support/catch.h"

#include "core/error.h"
#include "core/parallel.h"
#include "tests/support/check.h"
#include "tests/support/process.h"

namespace fs = std::filesystem;
using norma::test::run_program;

namespace {

using Words = std::vector<std::string>;
// Each object has both forms: one for the linker, and machine code, where even small functions are not inlined,
// so that each has a symbol. nm cannot read DWARF 5.
const Words compile = {NORMA_CXX,
                       "-std=c++20",
                       "-O0",
                       "-flto",
                       "-ffat-lto-objects",
                       "-gdwarf-4",
                       "-Dalways_inline=noinline",
                       "-I" NORMA_SOURCE_DIR,
                       "-x",
                       "c++",
                       "-c"};

Words operator+(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Functions with different definitions; on each line a name and two places.
std::string different_functions(const Words& objects) {
  std::istringstream lines(run_program(Words{"/usr/bin/env", "nm", "-l", "--defined-only"} + objects).out);
  std::map<std::string, std::string> place_of;
  std::string found;
  for (std::string line; std::getline(lines, line);) {  // address, W, name, a tab, place
    const std::size_t weak = line.find(" W "), tab = line.find('\t');
    if (weak == std::string::npos || tab == std::string::npos) continue;
    const std::string name = line.substr(weak + 3, tab - weak - 3), place = line.substr(tab + 1);
    const std::string& before = place_of.emplace(name, place).first->second;
    if (before != place) found += name + " in " + before + " and " + place + "\n";
  }
  return found;
}

/// Names that the sources define differently, and errors; empty if there are none.
std::string different_definitions(const std::vector<fs::path>& sources, const fs::path& work) {
  Words objects(sources.size()), errors(sources.size());
  norma::parallel_for(static_cast<std::int64_t>(sources.size()), [&](std::int64_t k) {
    const auto i = static_cast<std::size_t>(k);
    objects[i] = (work / fmt::format("{}.o", k)).string();
    errors[i] = run_program(compile + Words{sources[i].string(), "-o", objects[i]}).err;
  });
  std::string found;
  for (const std::string& error : errors) found += error;
  const auto link = run_program(Words{NORMA_CXX, "-O0", "-flto", "-Wodr", "-r", "-flinker-output=rel", "-o",
                                      (work / "all.o").string()} +
                                objects);
  return found + link.err + different_functions(objects);
}

}  // namespace

TEST_CASE("no name has two definitions in the CUDA sources", "[repository][cuda]") {
#if !defined(__GNUC__) || defined(__clang__)
  std::cout << "skipped: only GCC compares definitions across objects\n";
  return;
#endif
  if (norma::test::sanitized) return;  // the plain build has checked the sources
  const fs::path work = fs::temp_directory_path() / fmt::format("norma-one-definition-{}", getpid());
  fs::create_directories(work);

  // First, a difference is found:
  const auto write = [&](const char* name, const char* text) {
    std::ofstream(work / name) << text;
    return work / name;
  };
  const fs::path a = write("a.cpp",
                           "template <class T> struct Pack { T lane[4]; };\n"
                           "template <class T> T sum(T v) { return v; }\n"
                           "Pack<int> a; int b = sum(1);\n"),
                 c = write("c.cpp",
                           "template <class T> struct Pack { T at[4]; };\n\n"
                           "template <class T> T sum(T v) { return v + 1; }\n"
                           "Pack<int> c; int d = sum(2);\n");
  const std::string planted = different_definitions({a, c}, work);
  CHECK_THAT(planted,
             Catch::Contains("One Definition Rule") && Catch::Contains("Pack") && Catch::Contains("3sumIiE"));

  std::vector<fs::path> sources;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(NORMA_SOURCE_DIR) / "kernels"))
    if (entry.path().extension() == ".cu") sources.push_back(entry.path());
  CHECK(sources.size() > 25);
  CHECK(different_definitions(sources, work) == "");
  fs::remove_all(work);
}
