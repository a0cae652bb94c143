// The report of a run: a page with the results, the recipe and the statistics of the norms, and two pictures.
//
//   report.html         needs no other file and no network; also made for phones, print and dark mode
//   curves.png          loss and accuracy over the epochs
//   misclassified.png   some misclassified test images
//
//   ReportData ──▶ charts.h ──▶ chart.h ──▶ SvgSurface ──┐
//        │                          ╰─────▶ Canvas ──────│──▶ images.h ──▶ *.png
//        ╰───────▶ sections.h: HTML ─────────────────────┴──▶ template.html: style, and a script for values
#pragma once

#include <filesystem>
#include <vector>

#include "data/dataset.h"
#include "layers/summary.h"
#include "optim/predictions.h"
#include "optim/run/saved_run.h"

namespace norma {

struct ReportData {
  SavedRun run;
  Summary summary;
  Dataset test;                      ///< on the CPU
  std::vector<std::string> classes;  ///< the names of label 0, 1, …
  /// Of `test`, after the last finished epoch; empty if there is none.
  std::vector<Prediction> predictions = {};
};

/// The whole page.
std::string report_html(const ReportData& data);

/// Writes report.html, curves.png and misclassified.png into the folder, each complete or not at all. Without
/// a finished epoch, no picture is written. Returns the path of the page.
std::filesystem::path write_report(const ReportData& data, const std::filesystem::path& folder);

}  // namespace norma
