// The reports of compare and study: several runs on one page, report.html, and curves.png.
//
//   SeriesResult ──▶ series_charts.h ──▶ chart.h ──▶ as in report.h
//        ╰─────────▶ series_sections.cpp: HTML
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/run/series_result.h"

namespace norma {

/// The same network with several norms.
struct Comparison {
  SeriesResult series;                        ///< one variant per norm
  std::vector<std::int64_t> norm_parameters;  ///< the number of parameters that each norm adds
  std::string command;                        ///< the command that repeats it
};

/// One quantity at several values; everything else is equal.
struct Study {
  SeriesResult series;         ///< row by row, the values in their order
  std::string quantity;        ///< "batch size"
  std::vector<double> values;  ///< rising
  std::size_t rows;            ///< one per norm
  std::string command;

  const VariantResult& at(std::size_t row, std::size_t value) const {
    return series.variants.at(row * values.size() + value);
  }
};

std::string comparison_html(const Comparison& comparison);
std::string study_html(const Study& study);

/// Writes report.html and curves.png into the folder, each complete or not at all. Returns the page's path.
std::filesystem::path write_report(const Comparison& comparison, const std::filesystem::path& folder);
std::filesystem::path write_report(const Study& study, const std::filesystem::path& folder);

}  // namespace norma
