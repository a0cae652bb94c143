// The executor that a run of the tests uses.
#pragma once

#include <optional>

#include "core/device.h"

namespace norma::test {

/// The device of --device; nothing without this flag.
std::optional<Device> chosen_device();

}  // namespace norma::test
