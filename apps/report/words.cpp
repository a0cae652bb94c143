#include "apps/report/words.h"

#include <fmt/format.h>

#include <cctype>
#include <map>

#include "data/known_data.h"
#include "layers/summary.h"

namespace norma {
namespace {

struct Words {
  const char *title, *lesson;
};

const Words& words_for(const SavedRun& run) {
  static const std::map<std::string, Words> all = {
      {"none",
       {"No norm",
        "There is no norm here: what a convolution makes goes on as it is. Watch how mean and variance "
        "drift, and how they differ from layer to layer."}},
      {"bn",
       {"Batch norm",
        "Batch norm gives each channel mean 0 and variance 1 over the batch, then its weight and bias. The "
        "channels’ means come together, but for what the biases set apart; the images of a batch keep their "
        "differences."}},
      {"ln",
       {"Layer norm",
        "Layer norm gives each image mean 0 and variance 1 over all its channels and pixels, then a weight "
        "and bias a channel. The images’ means come together; the channels keep their differences."}},
      {"ln-chw",
       {"Layer norm, one weight an element",
        "Layer norm gives each image mean 0 and variance 1 over all its channels and pixels, then a weight "
        "and bias an element. The images’ means come together; the channels keep their differences."}},
      {"ln-pixel",
       {"Layer norm over channels",
        "This layer norm gives each pixel mean 0 and variance 1 over its channels, then a weight and bias a "
        "channel. The images’ means come together, pixel by pixel; the channels keep their differences."}},
      {"gn",
       {"Group norm",
        "Group norm gives each group of channels of each image mean 0 and variance 1, then a weight and bias "
        "a channel. The images’ means come together; channels keep their differences within a group, and the "
        "groups lose theirs."}},
      {"in",
       {"Instance norm",
        "Instance norm gives each channel of each image mean 0 and variance 1, then its weight and bias. "
        "Channels’ and images’ means both come together, but for what the biases set apart: only the pattern "
        "within a channel is left."}}};
  static const Words unknown = {"A norm", ""};
  const auto found = all.find(run.config.at("network").at("norm").get<std::string>());
  return found == all.end() ? unknown : found->second;
}

}  // namespace

std::string data_title(const SavedRun& run) {
  const std::string name = run.data_name();
  for (const KnownDataSet* set : {&cifar10_data, &mnist_data})
    if (set->name == name) return set->title;
  return name == "synthetic" ? "synthetic images" : name;
}

std::string norm_name(const SavedRun& run) { return words_for(run).title; }

std::string norm_title(const SavedRun& run) {
  const std::string title = norm_name(run);
  const auto& groups = run.config.at("network").at("groups");
  return groups.is_null() ? title : fmt::format("{}, {} groups", title, groups.get<int>());
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

std::string norm_lesson(const SavedRun& run) { return words_for(run).lesson; }

std::string percent(double value) { return fmt::format("{:.2f} %", value); }

std::string counted(std::int64_t count, const std::string& noun) {
  return with_commas(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string stopped_note(const SavedRun& run) {
  if (!run.diverged().empty()) return run.diverged() + ".";
  const auto finished = static_cast<int>(run.epochs.size());
  if (finished >= run.epochs_asked()) return "";
  return fmt::format("The run was stopped after {} of {} epochs; this is what it reached.", finished,
                     run.epochs_asked());
}

}  // namespace norma
