// NormStatistics as a line of norm_statistics.jsonl, and back.
#pragma once

#include "core/json_lines.h"
#include "optim/norm_statistics.h"

namespace norma {

nlohmann::ordered_json json_of(const NormStatistics& statistics);
/// Throws if a value is missing, has the wrong type or is out of range.
NormStatistics norm_statistics_from(const JsonLine& line);

}  // namespace norma
