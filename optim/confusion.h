// How often each class was taken for each other, and which images were taken for what they are not.
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
  /// Images of class `label` that were taken for `predicted`.
  std::int64_t count(std::size_t label, std::size_t predicted) const {
    return counts_[label * classes_ + predicted];
  }
  /// Images of a class.
  std::int64_t images(std::size_t label) const;
  /// Of the images of class `label`, the part that was taken for `predicted`; 0 where there are none.
  double share(std::size_t label, std::size_t predicted) const;
  /// In percent; nothing where there are no images of the class.
  std::optional<double> accuracy(std::size_t label) const;

 private:
  std::size_t classes_;
  std::vector<std::int64_t> counts_;  // [label][predicted]
};

/// Indices of at most `count` images that were misclassified, drawn at random by a seed.
std::vector<std::int64_t> some_mistakes(const std::vector<Prediction>& predictions, std::size_t count,
                                        std::uint64_t seed);
/// Those of which the network was surest, the surest first.
std::vector<std::int64_t> surest_mistakes(const std::vector<Prediction>& predictions, std::size_t count);

}  // namespace norma
