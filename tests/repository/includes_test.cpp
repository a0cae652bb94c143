// Rules that a compiler does not check: dependencies go in one direction, each header compiles alone, and all
// headers compile together.
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

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
// ones, `planted`, define these names again, and nothing else may be said. `code` stands before the files.
void check_definitions(std::string code, const std::vector<fs::path>& files, const std::string& planted,
                       const std::vector<std::string>& names) {
  for (const fs::path& file : files) code += fmt::format("#include \"{}\"\n", file.string());
  const norma::test::TemporaryFolder folder;
  norma::test::write_file(folder / "all.cpp", code + planted);
  std::istringstream said(norma::test::run_program({NORMA_CXX, "-std=c++20", "-fsyntax-only",
                                                    "-I" + source.string(), (folder / "all.cpp").string()})
                              .err);
  std::vector<std::string> complaints;
  for (std::string line; std::getline(said, line);)
    if (line.find("error:") != std::string::npos || line.find("warning:") != std::string::npos)
      complaints.push_back(line);
  CAPTURE(complaints);
  REQUIRE(complaints.size() == names.size());
  for (std::size_t i = 0; i < names.size(); ++i)
    CHECK_THAT(complaints[i], Catch::Contains("redefinition of") && Catch::Contains(names[i]));
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
  std::vector<fs::path> headers;
  for (const std::string top : {"core", "kernels", "layers", "data", "optim", "apps"})
    for (const fs::path& file : files_below(top))
      if (file.extension() == ".h" &&
          file.string().find("/apps/python/") == std::string::npos)  // they need nanobind
        headers.push_back(file);
  check_definitions("", headers, "namespace norma { struct Picture {}; }", {"norma::Picture"});
}

TEST_CASE("no name has two definitions in the CUDA sources", "[repository][cuda]") {
  if (norma::test::sanitized) return;  // the plain build has checked it
  std::vector<fs::path> sources;
  for (const fs::path& file : files_below("kernels")) {
    if (file.extension() == ".cu") sources.push_back(file);
    if (file.extension() != ".cu" && file.extension() != ".cuh") continue;
    // Without macros of its own, a source sees in a header what all others see.
    CAPTURE(file.string());
    CHECK(norma::test::read_file(file).find("#define") == std::string::npos);
  }
  CHECK(sources.size() > 25);
  // The compiler takes a source that is included for a header, where types of one file would be wrong.
  check_definitions("#pragma GCC diagnostic ignored \"-Wsubobject-linkage\"\n", sources,
                    "namespace norma::simt { struct LaunchConfig {};\n"
                    "template <class T> void add(const Add<T>&) {} }",
                    {"norma::simt::LaunchConfig", "norma::simt::add"});
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
