// The charts of several runs: bold lines are means over seeds, thin lines are single runs.
#pragma once

#include "apps/report/draw/chart.h"
#include "apps/report/pages/series_report.h"

namespace norma {

/// A result of an epoch, e.g. its test accuracy.
using EpochValue = std::function<double(const EpochResult&)>;

/// Over the epochs, one line per variant.
Chart epoch_chart(const std::string& title, const std::vector<VariantResult>& variants,
                  const EpochValue& value);
/// The same for one row of a study, one line per value.
Chart epoch_chart(const std::string& title, const Study& study, std::size_t row, const EpochValue& value);
/// After the last epoch, over the quantity that a study varies, one line per row.
Chart study_chart(const std::string& title, const Study& study, const EpochValue& value);

/// Gives a chart of accuracies its title and its unit.
Chart in_percent(Chart chart);

}  // namespace norma
