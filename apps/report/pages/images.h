// The pictures of a report.
#pragma once

#include "apps/report/draw/chart.h"
#include "apps/report/pages/report.h"
#include "data/image_file.h"

namespace norma {

/// One image of a data set on the CPU, grey or RGB.
Picture image_at(const Dataset& dataset, std::int64_t index);

/// At most ten of each.
struct Mistakes {
  std::uint64_t seed;
  std::vector<std::int64_t> random, surest;
};
Mistakes mistakes_to_show(const ReportData& data);

/// Two charts below a title, at two pixels per unit.
Picture draw_pair(const std::string& title, const std::string& subtitle, const Chart& left,
                  const Chart& right);
/// The contents of curves.png and misclassified.png, at two pixels per unit.
Picture draw_curves(const SavedRun& run);
Picture draw_mistakes(const ReportData& data);

}  // namespace norma
