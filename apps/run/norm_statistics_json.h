// NormStatistics as a line of norm_statistics.jsonl, and back.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "optim/norm_statistics.h"

namespace norma {

nlohmann::ordered_json json_of(const NormStatistics& statistics);
/// Throws nlohmann::json::exception where a key is missing or of another type.
NormStatistics norm_statistics_from(const nlohmann::ordered_json& line);

}  // namespace norma
