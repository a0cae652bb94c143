// The output of a network for each image, as a table in CSV (RFC 4180):
//
//   index,label,class,probability,airplane,automobile,…,truck
//   0,cat,cat,0.612,-1.03512,0.771339,…
//
// label is the true class, class the predicted class, and probability its probability (softmax). Then follows
// one score per class, the output of the network, with enough digits to read the same float again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace norma {

struct Prediction {
  std::int64_t label, predicted;  ///< classes
  double probability;             ///< of the predicted class, in (0, 1]

  bool right() const { return label == predicted; }
};

/// labels: int64 [N]; scores: [N, classes], row by row.
std::vector<Prediction> predictions_of(const Tensor& labels, const std::vector<float>& scores,
                                       std::size_t classes);

/// Writes the table above, first to a temporary name.
void write_predictions(const std::filesystem::path& file, const std::vector<std::string>& classes,
                       const Tensor& labels, const std::vector<float>& scores);

}  // namespace norma
