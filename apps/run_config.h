// A run as JSON: config.json, which says all that is needed to repeat it, and the lines of metrics.jsonl.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "apps/options.h"
#include "apps/training.h"
#include "layers/summary.h"

namespace norma {

nlohmann::ordered_json config_of(const Options& options, const DataSplit& images, const TrainingData& data,
                                 const Summary& summary, const std::string& command);

nlohmann::ordered_json metrics_of(const EpochResult& result, const std::string& data_name);

}  // namespace norma
