// Rules that a compiler does not check: dependencies go in one direction, each header compiles alone, and all
// headers compile together.
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>

#include "core/error.h"
#include "core/parallel.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"
#include "tests/support/process.h"

namespace fs = std::filesystem;

namespace {

const fs::path source = NORMA_SOURCE_DIR;

// core ← kernels ← {layers, data} ← optim ← apps, and within apps cli ← run ← report ← commands. For each
// folder, the folders that its files may include besides their own. A file belongs to the longest matching
// folder. kernels/measure is above the other kernels.
const std::map<std::string, std::set<std::string>> may_include = {
    {"core", {}},
    {"kernels", {"core"}},
    {"kernels/measure", {"core", "kernels"}},
    {"layers", {"core", "kernels", "layers/functional"}},
    {"layers/functional", {"core", "kernels"}},
    {"layers/network", {"core", "layers"}},
    {"layers/explain", {"core", "kernels", "layers", "layers/network"}},
    {"layers/export", {"core", "layers", "layers/functional"}},
    {"data", {"core", "kernels"}},
    {"optim",
     {"core", "kernels", "kernels/measure", "layers", "layers/functional", "layers/network", "layers/export",
      "data"}},
    {"optim/run", {"core", "layers", "layers/network", "data", "optim"}},
    {"apps/cli", {"core", "kernels", "layers", "layers/network", "data", "optim"}},
    {"apps/run", {"core", "kernels", "layers", "layers/network", "data", "optim", "optim/run", "apps/cli"}},
    {"apps/report/draw", {"core", "data"}},
    {"apps/norm_lab",
     {"core", "kernels", "layers", "layers/network", "layers/explain", "data", "optim", "apps/report/draw"}},
    {"apps/report/pages",
     {"core", "layers", "layers/network", "data", "optim", "optim/run", "apps/cli", "apps/run",
      "apps/report/draw"}},
    {"apps/simt_profile",
     {"core", "kernels", "kernels/measure", "layers", "layers/network", "data", "optim", "apps/cli"}},
    {"apps/mpi", {"core"}},
    {"apps/commands",
     {"core", "kernels", "kernels/measure", "layers", "layers/network", "data", "optim", "optim/run",
      "apps/cli", "apps/mpi", "apps/run", "apps/report/pages"}},
    {"apps/python",
     {"core", "kernels", "layers", "layers/functional", "layers/network", "layers/explain", "layers/export",
      "data", "optim", "optim/run", "apps/cli", "apps/commands"}},
    {"apps",
     {"core", "kernels", "kernels/measure", "layers", "layers/network", "layers/export", "data", "optim",
      "optim/run", "apps/cli", "apps/run", "apps/report/pages", "apps/commands", "apps/simt_profile",
      "apps/norm_lab"}},
};

// "apps/report/draw" of "apps/report/draw/chart.h"; empty if no folder of the map matches.
std::string home_of(const std::string& path) {
  std::string folder = path;
  while (!folder.empty() && !may_include.contains(folder))
    folder.resize(folder.find('/') == std::string::npos ? 0 : folder.rfind('/'));
  return folder;
}

std::vector<fs::path> files_below(const std::string& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(source / folder))
    if (const auto e = entry.path().extension(); e == ".h" || e == ".cpp" || e == ".cu" || e == ".cuh")
      files.push_back(entry.path());
  return files;
}

// Then ./run tidy, which uses no precompiled headers, shows that it compiles alone.
bool is_first_in_its_source(fs::path header) {
  const std::string include = fmt::format("#include \"{}\"", header.lexically_relative(source).string());
  std::ifstream in(header.replace_extension(".cpp"));
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("#include")) return line == include;
  return false;
}

// Of two functions or types with one name the linker keeps one, without a message: a kernel then runs with
// the wrong helper, memory is released wrongly. A compiler that sees all definitions refuses them. The last
// one is planted, and its error must be the only one.
void check_definitions(const std::string& includes, const std::string& name_space, const std::string& name) {
  const norma::test::TemporaryFolder folder;
  norma::test::write_file(folder / "all.cpp",
                          fmt::format("{}namespace {} {{ struct {} {{}}; }}\n", includes, name_space, name));
  const std::string errors =
      norma::test::run_program({NORMA_CXX, "-std=c++20", "-fsyntax-only", "-Wno-unknown-pragmas",
                                "-I" + source.string(), (folder / "all.cpp").string()})
          .err;
  INFO(errors);
  CHECK_THAT(errors, Catch::Contains("redefinition of") && Catch::Contains(name_space + "::" + name));
  CHECK(errors.find("error:") == errors.rfind("error:"));
}

}  // namespace

TEST_CASE("includes between folders go in one direction", "[repository]") {
  const std::regex include("#\\s*include \"([a-z0-9_]+/[^\"]*)\"");
  int seen = 0;
  for (const std::string top : {"core", "kernels", "layers", "data", "optim", "apps"})
    for (const fs::path& file : files_below(top)) {
      const std::string home = home_of(file.lexically_relative(source).parent_path().string());
      std::ifstream in(file);
      for (std::string line; std::getline(in, line);) {
        std::smatch match;
        if (!std::regex_search(line, match, include)) continue;
        ++seen;
        CAPTURE(file.string(), line);
        const std::string other = home_of(match[1]);
        CHECK((other == home || may_include.at(home).contains(other)));
      }
    }
  CHECK(seen > 100);
}

TEST_CASE("each public header compiles alone", "[repository]") {
  if (norma::test::sanitized) return;  // the plain build has checked it
  std::vector<fs::path> headers;
  for (const std::string top : {"core", "kernels", "layers", "data", "optim", "apps"})
    for (const fs::path& file : files_below(top))
      if (file.extension() == ".h" && !file.string().ends_with("-inl.h") && !is_first_in_its_source(file))
        headers.push_back(file);
  REQUIRE(headers.size() > 40);
  std::vector<std::string> failed(headers.size());
  norma::parallel_for(static_cast<std::int64_t>(headers.size()), [&](std::int64_t i) {
    const std::string& header = headers[static_cast<std::size_t>(i)];
    const std::string command =
        fmt::format("'{}' -std=c++20 -fsyntax-only -I'{}' -x c++ '{}' -Wno-pragma-once-outside-header 2>&1",
                    NORMA_CXX, source.string(), header);
    if (std::system(command.c_str()) != 0) failed[static_cast<std::size_t>(i)] = header;
  });
  for (const std::string& header : failed) CHECK(header == "");
}

TEST_CASE("no name has two definitions in the headers", "[repository]") {
  if (norma::test::sanitized) return;  // the plain build has checked it
  std::string includes;
  for (const std::string top : {"core", "kernels", "layers", "data", "optim", "apps"})
    for (const fs::path& file : files_below(top))
      if (file.extension() == ".h" &&
          file.string().find("/apps/python/") == std::string::npos)  // they need nanobind
        includes += fmt::format("#include \"{}\"\n", file.string());
  check_definitions(includes, "norma", "Picture");
}

TEST_CASE("no name has two definitions in the CUDA sources", "[repository][cuda]") {
  if (norma::test::sanitized) return;  // the plain build has checked it
  std::string includes;
  for (const fs::path& file : files_below("kernels"))
    if (file.extension() == ".cu") includes += fmt::format("#include \"{}\"\n", file.string());
  check_definitions(includes, "norma::simt", "LaunchConfig");
}

TEST_CASE("files stay short enough to read", "[repository]") {
  for (const std::string folder : {"core", "kernels", "layers", "optim", "data", "apps", "tests", "bench"})
    for (const fs::path& file : files_below(folder)) {
      std::ifstream in(file);
      CAPTURE(file.string());
      CHECK(std::count(std::istreambuf_iterator<char>(in), {}, '\n') <= 500);
    }
}

TEST_CASE("comments are at most 110 columns wide", "[repository]") {
  const auto columns = [](const std::string& line) {  // every byte of UTF-8 that begins a character
    return std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; });
  };
  for (const std::string folder : {"core", "kernels", "layers", "optim", "data", "apps", "tests", "bench"})
    for (const fs::path& file : files_below(folder)) {
      std::ifstream in(file);
      int number = 0;
      for (std::string line; std::getline(in, line);) {
        ++number;
        const auto comment = line.find("//");
        const bool in_address = comment != std::string::npos && comment > 0 && line[comment - 1] == ':';
        if (comment == std::string::npos || in_address) continue;
        CAPTURE(file.string(), number);
        CHECK(columns(line) <= 110);
      }
    }
}
