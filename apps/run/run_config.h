// config.json of a run: everything for repeating it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "apps/cli/options.h"
#include "layers/summary.h"
#include "optim/trainer.h"

namespace norma {

/// optim/run/saved_config.h reads it.
nlohmann::ordered_json config_of(const Options& options, const DataSplit& images, const TrainingData& data,
                                 const Summary& summary, const std::string& command);

}  // namespace norma
