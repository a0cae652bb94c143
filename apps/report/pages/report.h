// The report of a run: one page that says what was reached, how, and what the norms did, and two pictures of it.
//
//   report.html         opens from disk, with nothing beside it, and asks no network; on a phone, in print, in the dark
//   curves.png          loss and accuracy over the epochs
//   misclassified.png   images that were taken for what they are not
//
//   ReportData ──▶ charts.h ──▶ chart.h ──▶ SvgSurface ──┐
//        │                          ╰─────▶ Canvas ──────│──▶ pictures.h ──▶ *.png
//        ╰───────▶ sections.h: HTML, readable as it is ──┴──▶ template.html: style, and a script for values on hover
#pragma once

#include <filesystem>
#include <vector>

#include "apps/run/saved_run.h"
#include "data/dataset.h"
#include "layers/summary.h"
#include "optim/predictions.h"

namespace norma {

struct ReportData {
  SavedRun run;
  Summary summary;
  Dataset test;                      ///< on the CPU
  std::vector<std::string> classes;  ///< what label 0, 1, … of `test` is called
  std::vector<Prediction> predictions =
      {};  ///< of `test`, after the last finished epoch; empty where there is none
};

/// The whole page.
std::string report_html(const ReportData& data);

/// Writes report.html, curves.png and misclassified.png into the folder, each complete or not at all; pictures of what
/// is not there (no epoch was finished) are left out. Returns where the page is.
std::filesystem::path write_report(const ReportData& data, const std::filesystem::path& folder);

}  // namespace norma
