// A run as JSON: config.json, which says all that is needed to repeat it, and the lines of metrics.jsonl.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "apps/cli/options.h"
#include "layers/summary.h"
#include "optim/trainer.h"

namespace norma {

nlohmann::ordered_json config_of(const Options& options, const DataSplit& images, const TrainingData& data,
                                 const Summary& summary, const std::string& command);

/// Whether two runs were asked for the same bits: what they train, on which images and how, on what kind of device.
bool same_recipe(const nlohmann::ordered_json& config, const nlohmann::ordered_json& other);

/// What metrics_of made a line of.
EpochResult result_of(const nlohmann::ordered_json& metrics);
/// The epochs in a metrics.jsonl; none where there is no such file. Throws where it is damaged.
std::vector<EpochResult> read_metrics(const std::filesystem::path& file);

nlohmann::ordered_json metrics_of(const EpochResult& result, const std::string& data_name);

}  // namespace norma
