// What a network says of each image, as a table that any program reads (CSV, RFC 4180):
//
//   index,label,class,probability,airplane,automobile,…,truck
//   0,cat,cat,0.612,-1.03512,0.771339,…
//
// label is what the image shows, class what the network takes it for and probability how sure it is (softmax); then
// one score a class, the network's output, in digits enough to be the same float again.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace norma {

/// labels: int64 [N]; scores: [N, classes], row by row. Writes to a temporary name first.
void write_predictions(const std::filesystem::path& file, const std::vector<std::string>& classes,
                       const Tensor& labels, const std::vector<float>& scores);

}  // namespace norma
