// The sections that the reports of compare and study share.
#pragma once

#include "apps/report/pages/sections.h"
#include "apps/report/pages/series_report.h"

namespace norma {

/// All runs of all variants.
std::vector<SavedRun> all_runs(const SeriesResult& series);
/// "norma-49k · 20 epochs · 3 seeds · 50,000 training images"; after the network "bf16" and such
std::string series_subtitle(const SeriesResult& series);
/// The same after "CIFAR-10 · ".
std::string series_heading(const SeriesResult& series);

/// Notes before the figures: synthetic images, runs that diverged.
std::string series_notes(const SeriesResult& series);
/// Accuracy by class, the most common mistakes and the confusion matrix of each variant.
std::string classes_section(const SeriesResult& series);
/// One line per run, with a link to its report.
std::string runs_section(const SeriesResult& series);

}  // namespace norma
