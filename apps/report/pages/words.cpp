#include "apps/report/pages/words.h"

#include <fmt/format.h>

#include <cctype>

#include "data/known_data.h"
#include "layers/network/norms.h"
#include "layers/summary.h"

namespace norma {
namespace {

// nullptr for an unknown norm, from a later version of the program.
const NormRow* row_of(const SavedRun& run) { return find_norm(run.config.norm); }

}  // namespace

std::string data_title(const SavedRun& run) {
  const std::string name = run.data_name();
  for (const KnownDataSet& set : known_data_sets())
    if (set.name == name) return set.title;
  return name == "synthetic" ? "synthetic images" : name;
}

std::string norm_name(const SavedRun& run) {
  const NormRow* row = row_of(run);
  return row == nullptr ? "A norm" : row->title;
}

std::string norm_title(const SavedRun& run) {
  const std::string title = norm_name(run);
  return run.config.groups ? fmt::format("{}, {} groups", title, *run.config.groups) : title;
}

std::string uncapitalized(std::string words) {
  words[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(words[0])));
  return words;
}

std::string capitalized(std::string words) {
  words[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(words[0])));
  return words;
}

std::string in_a_title(const std::vector<std::string>& norms) {
  if (norms.size() > 3) return fmt::format("{} norms", norms.size());
  std::string text;
  for (std::size_t i = 0; i < norms.size(); ++i)
    text += (i == 0 ? "" : i + 1 == norms.size() ? " and " : ", ") + uncapitalized(norms[i]);
  return capitalized(text);
}

std::string run_title(const SavedRun& run) {
  const std::string norm = norm_title(run);
  return norm + (norm.find(',') == std::string::npos ? " on " : ", on ") + data_title(run);
}

std::string norm_lesson(const SavedRun& run) {
  const NormRow* row = row_of(run);
  if (row == nullptr || row->traits.exercise == 0) return row == nullptr ? "" : row->lesson;
  return row->lesson +
         fmt::format(" To compute it yourself: <code>./run course {}</code>.", row->traits.exercise);
}

std::string percent(double value) { return fmt::format("{:.2f} %", value); }

std::string counted(std::int64_t count, const std::string& noun) {
  return with_commas(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string stopped_note(const SavedRun& run) {
  if (!run.diverged().empty()) return run.diverged() + ".";
  const auto finished = static_cast<int>(run.epochs.size());
  if (finished >= run.epochs_asked()) return "";
  return fmt::format("The run was stopped after {} of {} epochs; these are its results so far.", finished,
                     run.epochs_asked());
}

}  // namespace norma
