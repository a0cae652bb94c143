#include "optim/run/metrics_json.h"

#include <limits>
#include <nlohmann/json.hpp>

namespace norma {

using Json = nlohmann::ordered_json;

Json metrics_of(const EpochResult& r, const std::string& data_name) {
  Json line = {{"epoch", r.epoch},           {"lr", r.lr},
               {"train_loss", r.train.loss}, {"train_accuracy", r.train.accuracy},
               {"test_loss", r.test.loss},   {"test_accuracy", r.test.accuracy},
               {"seconds", r.seconds},       {"images_per_second", r.images_per_second},
               {"data", data_name}};
  if (r.validation) {
    line["validation_loss"] = r.validation->loss;
    line["validation_accuracy"] = r.validation->accuracy;
  }
  if (r.averaged) {
    line["ema_test_loss"] = r.averaged->loss;
    line["ema_test_accuracy"] = r.averaged->accuracy;
  }
  return line;
}

EpochResult result_of(const JsonLine& metrics) {
  constexpr double largest = 1e40;  // more than any float32, and charts can draw it
  EpochResult r;
  r.epoch = static_cast<int>(metrics.whole("epoch", 1, most_epochs));
  r.lr = metrics.number("lr", 0, std::numeric_limits<double>::max());
  const auto score = [&](const std::string& set) {
    return Score{
        metrics.number_or_nan((set + "_loss").c_str(), -largest, largest),  // NaN with --on-nan continue
        metrics.number((set + "_accuracy").c_str(), 0, 100)};
  };
  r.train = score("train");
  r.test = score("test");
  if (metrics.has("validation_loss")) r.validation = score("validation");
  if (metrics.has("ema_test_accuracy")) r.averaged = score("ema_test");
  r.seconds = metrics.number("seconds", 0, 1e9);
  if (metrics.has("images_per_second")) r.images_per_second = metrics.number("images_per_second", 0, 1e12);
  return r;
}

std::vector<EpochResult> read_metrics(const std::filesystem::path& file, std::size_t most) {
  return in_order(read_json_lines(file, most, result_of), 1, file);
}

}  // namespace norma
