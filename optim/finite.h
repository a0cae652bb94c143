// Finds the first number of a training step that is NaN or infinite, and says where it is.
#pragma once

#include <functional>
#include <string>

#include "layers/module.h"

namespace norma {

/// Whether every number of a floating-point tensor is finite; true for other types. Waits for the device.
bool is_finite(const Tensor& tensor);

/// "the parameter C1.conv.weight" or "the buffer C1.norm.running_var", if one has a number that is not
/// finite; else empty.
std::string first_not_finite(const Module& network);

/// After a backward pass: "the gradient of C1.conv.weight", the last one that is not finite, which is the
/// nearest to the loss; empty if all are finite.
std::string gradient_not_finite(const Module& network);

/// Calls forward(), which must call the network, and returns "the output of C1.norm" for the first layer
/// whose output is not finite; empty if there is none.
std::string output_not_finite(const std::function<void()>& forward);

}  // namespace norma
