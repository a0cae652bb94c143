#include "apps/predictions.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "apps/save_file.h"

namespace norma {
namespace {

// Of the largest score: 1 / Σ exp(score − largest).
double largest_probability(std::span<const float> scores) {
  const double largest = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (const float score : scores) sum += std::exp(score - largest);
  return 1 / sum;
}

}  // namespace

void write_predictions(const std::filesystem::path& file, const std::vector<std::string>& classes,
                       const Tensor& labels, const std::vector<float>& scores) {
  const auto label = labels.to_vector<std::int64_t>();
  std::string table = "index,label,class,probability";
  for (const std::string& name : classes) table += "," + name;
  table += "\n";
  for (std::size_t i = 0; i < label.size(); ++i) {
    const auto row = std::span(scores).subspan(i * classes.size(), classes.size());
    const auto best = static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
    table += fmt::format("{},{},{},{:.6f}", i, classes[static_cast<std::size_t>(label[i])], classes[best],
                         largest_probability(row));
    for (const float score : row) table += fmt::format(",{:.9g}", score);
    table += "\n";
  }
  save_file(file, table);
}

}  // namespace norma
