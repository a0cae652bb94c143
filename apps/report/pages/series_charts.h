// The charts of several runs: bold lines are means over seeds, thin ones single runs.
#pragma once

#include "apps/report/draw/chart.h"
#include "apps/report/pages/series_report.h"

namespace norma {

/// What an epoch reached.
using EpochValue = std::function<double(const EpochResult&)>;

/// Over the epochs, a line a variant.
Chart epoch_chart(const std::string& title, const std::vector<VariantResult>& variants,
                  const EpochValue& value);
/// The same for one row of a study, a line a value.
Chart epoch_chart(const std::string& title, const Study& study, std::size_t row, const EpochValue& value);
/// After the last epoch, over the quantity that a study varies, a line a row.
Chart study_chart(const std::string& title, const Study& study, const EpochValue& value);

/// How accuracies in percent are written.
Chart in_percent(Chart chart);

}  // namespace norma
