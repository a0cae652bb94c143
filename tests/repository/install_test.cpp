// Another project builds with the library and trains a network: with the installed library, or with its
// sources.
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"

namespace fs = std::filesystem;
using namespace norma::test;

namespace {

void run(const std::string& command) {
  INFO(command);
  REQUIRE(std::system((command + " >/dev/null").c_str()) == 0);
}

}  // namespace

TEST_CASE("another project uses the installed library through find_package(norma)", "[repository][install]") {
  const fs::path work = fs::temp_directory_path() / fmt::format("norma-install-{}", getpid());
  fs::remove_all(work);
  const std::string sanitize =
      std::string(NORMA_SANITIZE).empty() ? "" : "-DCMAKE_CXX_FLAGS=-fsanitize=" NORMA_SANITIZE;
  run(fmt::format("'{}' --install '{}' --prefix '{}'", NORMA_CMAKE, NORMA_BINARY_DIR,
                  (work / "prefix").string()));
  run(fmt::format("'{}' -S '{}/tests/consumer' -B '{}' -DCMAKE_PREFIX_PATH='{}' -DCMAKE_CXX_COMPILER='{}' {}",
                  NORMA_CMAKE, NORMA_SOURCE_DIR, (work / "build").string(), (work / "prefix").string(),
                  NORMA_CXX, sanitize));
  run(fmt::format("'{}' --build '{}'", NORMA_CMAKE, (work / "build").string()));
  run(fmt::format("cd '{}' && build/consumer synthetic 320", work.string()));
  for (const char* left : {"model.safetensors", "model.onnx"}) CHECK(fs::file_size(work / left) > 100);
  run(fmt::format("'{}' 2", (work / "build/gradient_penalty").string()));
  fs::remove_all(work);
}

TEST_CASE("another project adds the sources with FetchContent", "[repository][install]") {
  const TemporaryFolder work;
  const std::string build = (work / "build").string();
  run(fmt::format(
      "'{}' -S '{}/tests/consumer' -B '{}' -G 'Unix Makefiles' -DNORMA_SOURCE='{}' -DNORMA_CUDA=OFF "
      "-DCMAKE_CXX_COMPILER='{}'",
      NORMA_CMAKE, NORMA_SOURCE_DIR, build, NORMA_SOURCE_DIR, NORMA_CXX));
  run(fmt::format("'{}' --build '{}' -- main.o", NORMA_CMAKE, build));  // <norma/…> is found
  // The other project installs only its own files; CMake writes an empty script for norma.
  CHECK_THAT(read_file(work / "build/cmake_install.cmake"), Catch::Contains("consumer"));
  CHECK_THAT(read_file(work / "build/norma/cmake_install.cmake"), !Catch::Contains("file(INSTALL"));
}

TEST_CASE("the port for vcpkg is JSON, and has the version of the project", "[repository][install]") {
  const fs::path source = NORMA_SOURCE_DIR;
  const auto port = nlohmann::json::parse(read_file(source / "packaging/vcpkg/norma/vcpkg.json"));
  const std::string project = read_file(source / "CMakeLists.txt");
  CHECK_THAT(project,
             Catch::Contains("project(norma VERSION " + port.at("version").get<std::string>() + " "));
  CHECK_THAT(read_file(source / "CHANGELOG.md"), Catch::Contains(port.at("version").get<std::string>()));
}
