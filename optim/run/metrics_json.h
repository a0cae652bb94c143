// EpochResult as a line of metrics.jsonl, and back.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/json_lines.h"
#include "optim/trainer.h"

namespace norma {

nlohmann::ordered_json metrics_of(const EpochResult& result, const std::string& data_name);

/// The inverse of metrics_of(). Throws if a value is missing, has the wrong type or is out of range.
EpochResult result_of(const JsonLine& metrics);
/// The epochs in a metrics.jsonl; none if the file does not exist. Throws if it is damaged, or has other
/// epochs than 1, 2, … up to `most`.
std::vector<EpochResult> read_metrics(const std::filesystem::path& file, std::size_t most = most_epochs);

}  // namespace norma
