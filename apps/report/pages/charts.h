// The charts of a run.
#pragma once

#include <vector>

#include "apps/report/draw/chart.h"
#include "optim/run/saved_run.h"

namespace norma {

/// Training, test and, if it exists, validation.
Chart accuracy_chart(const SavedRun& run);
Chart loss_chart(const SavedRun& run);

/// A quantity of every layer, over the epochs. Comparable charts side by side have the same scale.
struct ChartRow {
  std::string title, text;    ///< "Variance", and its explanation
  std::vector<Chart> charts;  ///< one or two
};

/// The charts of SavedRun::norm_statistics; empty if there are none.
std::vector<ChartRow> norm_charts(const SavedRun& run);

}  // namespace norma
