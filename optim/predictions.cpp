#include "optim/predictions.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/save_file.h"

namespace norma {
namespace {

// The probability of the largest score: 1 / Σ exp(score − largest).
double largest_probability(std::span<const float> scores) {
  const double largest = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (const float score : scores) sum += std::exp(score - largest);
  return 1 / sum;
}

// A field of a CSV file (RFC 4180).
std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

}  // namespace

std::vector<Prediction> predictions_of(const Tensor& labels, const std::vector<float>& scores,
                                       std::size_t classes) {
  const auto label = labels.to_vector<std::int64_t>();
  if (label.size() * classes != scores.size())
    fail("there are {} scores, but expected {} for each of {} images", scores.size(), classes, label.size());
  std::vector<Prediction> predictions;
  for (std::size_t i = 0; i < label.size(); ++i) {
    const auto row = std::span(scores).subspan(i * classes, classes);
    predictions.push_back(
        {label[i], std::max_element(row.begin(), row.end()) - row.begin(), largest_probability(row)});
  }
  return predictions;
}

void write_predictions(const std::filesystem::path& file, const std::vector<std::string>& classes,
                       const Tensor& labels, const std::vector<float>& scores) {
  std::string table = "index,label,class,probability";
  for (const std::string& name : classes) table += "," + field(name);
  table += "\n";
  std::size_t index = 0;
  for (const Prediction& p : predictions_of(labels, scores, classes.size())) {
    table += fmt::format("{},{},{},{:.6f}", index, field(classes[static_cast<std::size_t>(p.label)]),
                         field(classes[static_cast<std::size_t>(p.predicted)]), p.probability);
    for (const float score : std::span(scores).subspan(index++ * classes.size(), classes.size()))
      table += fmt::format(",{:.9g}", score);
    table += "\n";
  }
  save_file(file, table);
}

}  // namespace norma
