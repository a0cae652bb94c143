// What a network says of each image, as a table that any program reads (CSV, RFC 4180):
//
//   index,label,class,probability,airplane,automobile,…,truck
//   0,cat,cat,0.612,-1.03512,0.771339,…
//
// label is what the image shows, class what the network takes it for and probability how sure it is (softmax); then
// one score a class, the network's output, in digits enough to be the same float again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace norma {

struct Prediction {
  std::int64_t label, predicted;  ///< classes
  double probability;             ///< of the predicted one, in (0, 1]

  bool right() const { return label == predicted; }
};

/// labels: int64 [N]; scores: [N, classes], row by row.
std::vector<Prediction> predictions_of(const Tensor& labels, const std::vector<float>& scores,
                                       std::size_t classes);

/// As above. Writes to a temporary name first.
void write_predictions(const std::filesystem::path& file, const std::vector<std::string>& classes,
                       const Tensor& labels, const std::vector<float>& scores);

}  // namespace norma
