// The sections that the reports of compare and study have in common.
#pragma once

#include "apps/report/pages/sections.h"
#include "apps/report/pages/series_report.h"

namespace norma {

/// All runs of all variants.
std::vector<SavedRun> all_runs(const SeriesResult& series);
/// "norma-49k · 20 epochs · 3 seeds · 50,000 training images"
std::string series_subtitle(const SeriesResult& series);
/// The same after "CIFAR-10 · ".
std::string series_heading(const SeriesResult& series);

/// What is to be known before the figures: synthetic images, runs that diverged.
std::string series_notes(const SeriesResult& series);
/// Which classes each variant knows best, what it takes for what, and its confusion matrix.
std::string classes_section(const SeriesResult& series);
/// A line a run, which links to its own report.
std::string runs_section(const SeriesResult& series);

}  // namespace norma
