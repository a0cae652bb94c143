// The charts of a run.
#pragma once

#include <vector>

#include "apps/report/draw/chart.h"
#include "apps/run/saved_run.h"

namespace norma {

/// Train, test and, where there is one, validation.
Chart accuracy_chart(const SavedRun& run);
Chart loss_chart(const SavedRun& run);

/// Something of every layer, over the epochs; what stands side by side has the same scale where it can be compared.
struct ChartRow {
  std::string title, text;    ///< "Variance", and what it says
  std::vector<Chart> charts;  ///< one or two
};

/// Of SavedRun::norm_statistics; empty where there are none.
std::vector<ChartRow> norm_charts(const SavedRun& run);

}  // namespace norma
