// Names of a run and its parts for texts.
#pragma once

#include <string>
#include <vector>

#include "optim/run/saved_run.h"

namespace norma {

std::string data_title(const SavedRun& run);  ///< "CIFAR-10", "synthetic images"
std::string norm_name(const SavedRun& run);   ///< "Group norm"
std::string norm_title(const SavedRun& run);  ///< "Group norm, 4 groups"
/// "Batch norm, group norm and layer norm", with one capital letter, at the beginning; or "4 norms".
std::string in_a_title(const std::vector<std::string>& norms);
std::string capitalized(std::string words);
std::string uncapitalized(std::string words);                      ///< "group norm"
std::string run_title(const SavedRun& run);                        ///< "Group norm, 4 groups, on CIFAR-10"
std::string norm_lesson(const SavedRun& run);                      ///< what to look for in its statistics
std::string percent(double value);                                 ///< "72.33 %"
std::string counted(std::int64_t count, const std::string& noun);  ///< "1 epoch", "50,000 images"
/// "The run was stopped after 3 of 20 epochs …", or the error if it diverged; empty if it finished.
std::string stopped_note(const SavedRun& run);

}  // namespace norma
