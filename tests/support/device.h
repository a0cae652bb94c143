// The executor that a run of the tests is about.
#pragma once

#include <optional>

#include "core/device.h"

namespace norma::test {

/// What --device named; nothing where it was not given.
std::optional<Device> chosen_device();

}  // namespace norma::test
