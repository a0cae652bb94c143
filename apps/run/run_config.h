// A run as JSON: config.json, which has everything for repeating it, and the lines of metrics.jsonl.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/cli/options.h"
#include "apps/run/json_lines.h"
#include "layers/summary.h"
#include "optim/trainer.h"

namespace norma {

nlohmann::ordered_json config_of(const Options& options, const DataSplit& images, const TrainingData& data,
                                 const Summary& summary, const std::string& command);

/// Two runs must give the same bits if they have the same network, images, recipe, device and instruction
/// set. Returns the first difference, as "training.lr is 0.1 there and 0.01 here" (`other` is there); empty
/// if there is none.
std::string difference(const nlohmann::ordered_json& config, const nlohmann::ordered_json& other);
bool same_recipe(const nlohmann::ordered_json& config, const nlohmann::ordered_json& other);

/// The inverse of metrics_of(). Throws if a value is missing, has the wrong type or is out of range.
EpochResult result_of(const JsonLine& metrics);
/// The epochs in a metrics.jsonl; none if the file does not exist. Throws if it is damaged, or has other
/// epochs than 1, 2, … up to `most`.
std::vector<EpochResult> read_metrics(const std::filesystem::path& file, std::size_t most = most_epochs);

nlohmann::ordered_json metrics_of(const EpochResult& result, const std::string& data_name);

}  // namespace norma
