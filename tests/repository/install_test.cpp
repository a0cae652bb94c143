// cmake --install gives a library that another project finds, builds with, and trains a network with.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "core/error.h"

namespace fs = std::filesystem;

TEST_CASE("another project uses the installed library through find_package(norma)", "[repository][install]") {
  const fs::path work = fs::temp_directory_path() / fmt::format("norma-install-{}", getpid());
  fs::remove_all(work);
  const std::string sanitize =
      std::string(NORMA_SANITIZE).empty() ? "" : "-DCMAKE_CXX_FLAGS=-fsanitize=" NORMA_SANITIZE;
  const auto run = [](const std::string& command) {
    INFO(command);
    REQUIRE(std::system((command + " >/dev/null").c_str()) == 0);
  };
  run(fmt::format("'{}' --install '{}' --prefix '{}'", NORMA_CMAKE, NORMA_BINARY_DIR,
                  (work / "prefix").string()));
  run(fmt::format("'{}' -S '{}/tests/consumer' -B '{}' -DCMAKE_PREFIX_PATH='{}' -DCMAKE_CXX_COMPILER='{}' {}",
                  NORMA_CMAKE, NORMA_SOURCE_DIR, (work / "build").string(), (work / "prefix").string(),
                  NORMA_CXX, sanitize));
  run(fmt::format("'{}' --build '{}'", NORMA_CMAKE, (work / "build").string()));
  run(fmt::format("cd '{}' && build/consumer synthetic 320", work.string()));
  for (const char* left : {"model.safetensors", "model.onnx"}) CHECK(fs::file_size(work / left) > 100);
  fs::remove_all(work);
}
