// The confusion matrix: how often each class was predicted as each other class; and lists of mistakes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "optim/predictions.h"

namespace norma {

class Confusion {
 public:
  Confusion(std::size_t classes, const std::vector<Prediction>& predictions);

  std::size_t classes() const { return classes_; }
  /// The number of images of class `label` that were predicted as `predicted`.
  std::int64_t count(std::size_t label, std::size_t predicted) const {
    return counts_[label * classes_ + predicted];
  }
  /// The number of images of a class.
  std::int64_t images(std::size_t label) const;
  /// The share of the images of class `label` that was predicted as `predicted`; 0 if there are none.
  double share(std::size_t label, std::size_t predicted) const;
  /// In percent; nothing if the class has no images.
  std::optional<double> accuracy(std::size_t label) const;

 private:
  std::size_t classes_;
  std::vector<std::int64_t> counts_;  // [label][predicted]
};

/// Indices of at most `count` images that were misclassified, drawn at random by a seed.
std::vector<std::int64_t> some_mistakes(const std::vector<Prediction>& predictions, std::size_t count,
                                        std::uint64_t seed);
/// The same, but the wrong predictions of the highest probability, the highest first.
std::vector<std::int64_t> surest_mistakes(const std::vector<Prediction>& predictions, std::size_t count);

}  // namespace norma
