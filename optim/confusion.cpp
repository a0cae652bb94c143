#include "optim/confusion.h"

#include <algorithm>

#include "core/error.h"
#include "data/loader.h"

namespace norma {
namespace {

std::vector<std::int64_t> mistakes(const std::vector<Prediction>& predictions) {
  std::vector<std::int64_t> wrong;
  for (std::size_t i = 0; i < predictions.size(); ++i)
    if (!predictions[i].right()) wrong.push_back(static_cast<std::int64_t>(i));
  return wrong;
}

}  // namespace

Confusion::Confusion(std::size_t classes, const std::vector<Prediction>& predictions)
    : classes_(classes), counts_(classes * classes) {
  const auto known = [&](std::int64_t c) { return c >= 0 && c < static_cast<std::int64_t>(classes); };
  for (const Prediction& p : predictions) {
    if (!known(p.label) || !known(p.predicted))
      fail("an image of class {} was predicted as class {}, but there are {} classes", p.label, p.predicted,
           classes);
    ++counts_[static_cast<std::size_t>(p.label) * classes + static_cast<std::size_t>(p.predicted)];
  }
}

std::int64_t Confusion::images(std::size_t label) const {
  std::int64_t sum = 0;
  for (std::size_t k = 0; k < classes_; ++k) sum += count(label, k);
  return sum;
}

double Confusion::share(std::size_t label, std::size_t predicted) const {
  const std::int64_t all = images(label);
  return all > 0 ? static_cast<double>(count(label, predicted)) / static_cast<double>(all) : 0;
}

std::optional<double> Confusion::accuracy(std::size_t label) const {
  if (images(label) == 0) return {};
  return 100 * share(label, label);
}

std::vector<std::int64_t> some_mistakes(const std::vector<Prediction>& predictions, std::size_t count,
                                        std::uint64_t seed) {
  const std::vector<std::int64_t> wrong = mistakes(predictions);
  std::vector<std::int64_t> chosen;
  for (const std::int64_t i : shuffled(static_cast<std::int64_t>(wrong.size()), seed, 0))
    if (chosen.size() < count) chosen.push_back(wrong[static_cast<std::size_t>(i)]);
  return chosen;
}

std::vector<std::int64_t> surest_mistakes(const std::vector<Prediction>& predictions, std::size_t count) {
  std::vector<std::int64_t> wrong = mistakes(predictions);
  std::stable_sort(wrong.begin(), wrong.end(), [&](std::int64_t a, std::int64_t b) {
    return predictions[static_cast<std::size_t>(a)].probability >
           predictions[static_cast<std::size_t>(b)].probability;
  });
  wrong.resize(std::min(wrong.size(), count));
  return wrong;
}

}  // namespace norma
