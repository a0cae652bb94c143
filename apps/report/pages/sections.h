// The sections of a report, as HTML. They contain everything as text and SVG; the page's script only shows
// values at the pointer.
#pragma once

#include <string>

#include "apps/report/draw/figures.h"
#include "apps/report/pages/report.h"
#include "optim/confusion.h"

namespace norma {

/// An entry of a list of headline figures: <dl class="headline">…</dl>.
std::string headline_figure(const std::string& number, const std::string& label,
                            const std::string& note = "");
/// Names as HTML.
std::vector<std::string> escaped(const std::vector<std::string>& names);
/// A confusion matrix; `names` are escaped.
std::string confusion_matrix(const Confusion& confusion, const std::vector<std::string>& names);

/// A note if the images are the built-in ones; else empty.
std::string synthetic_note(const SavedRun& run);
std::string notes_section(const SavedRun& run);
std::string headline_section(const ReportData& data);
std::string curves_section(const SavedRun& run, Figures& figures);
std::string norms_section(const SavedRun& run, Figures& figures);
std::string confusion_section(const ReportData& data);
std::string mistakes_section(const ReportData& data);
std::string layers_section(const Summary& summary);
/// How to repeat the runs, and all their options. If an option differs, it has several values, in run order.
std::string configuration_section(const std::string& command, const std::vector<SavedRun>& runs);

}  // namespace norma
