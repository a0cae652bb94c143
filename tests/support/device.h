// The executor that a run of the tests is about.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

#include "core/device.h"

namespace norma::test {

/// Where the sources are that the tests were built from; in a bundle, NORMA_SOURCE_DIR says where what they read is.
inline std::string source_folder() {
  const char* moved = std::getenv("NORMA_SOURCE_DIR");
  return moved != nullptr ? moved : NORMA_SOURCE_DIR;
}

/// What --device named; nothing where it was not given.
std::optional<Device> chosen_device();

}  // namespace norma::test
