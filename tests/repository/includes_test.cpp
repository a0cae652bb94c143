// The house rules that a compiler does not check: dependencies go one way, and a header stands by itself.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>

#include "core/error.h"
#include "core/parallel.h"
#include "tests/support/check.h"

namespace fs = std::filesystem;

namespace {

const fs::path source = NORMA_SOURCE_DIR;

// core ← kernels ← layers ← {optim, data} ← apps
const std::map<std::string, std::set<std::string>> may_include = {
    {"core", {"core"}},
    {"kernels", {"core", "kernels"}},
    {"layers", {"core", "kernels", "layers"}},
    {"optim", {"core", "kernels", "layers", "optim"}},
    {"data", {"core", "kernels", "layers", "data"}},
    {"apps", {"core", "kernels", "layers", "optim", "data", "apps"}},
};

std::vector<fs::path> files_below(const std::string& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(source / folder))
    if (const auto e = entry.path().extension(); e == ".h" || e == ".cpp" || e == ".cu" || e == ".cuh")
      files.push_back(entry.path());
  return files;
}

}  // namespace

TEST_CASE("includes go one way through the folders", "[repository]") {
  const std::regex include("#\\s*include \"([a-z_]+)/[^\"]*\"");
  int seen = 0;
  for (const auto& [folder, allowed] : may_include)
    for (const fs::path& file : files_below(folder)) {
      std::ifstream in(file);
      for (std::string line; std::getline(in, line);) {
        std::smatch match;
        if (!std::regex_search(line, match, include)) continue;
        ++seen;
        CAPTURE(file.string(), line);
        CHECK(allowed.contains(match[1]));
      }
    }
  CHECK(seen > 100);
}

TEST_CASE("each public header compiles alone", "[repository]") {
  if (norma::test::sanitized) return;  // the compiler's work, which the plain build has checked
  std::vector<fs::path> headers;
  for (const auto& [folder, allowed] : may_include)
    for (const fs::path& file : files_below(folder))
      if (file.extension() == ".h" && !file.string().ends_with("-inl.h")) headers.push_back(file);
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

TEST_CASE("files stay short enough to read", "[repository]") {
  for (const std::string folder : {"core", "kernels", "layers", "optim", "data", "apps", "tests", "bench"})
    for (const fs::path& file : files_below(folder)) {
      std::ifstream in(file);
      CAPTURE(file.string());
      CHECK(std::count(std::istreambuf_iterator<char>(in), {}, '\n') <= 500);
    }
}
