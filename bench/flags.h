// The command line of a benchmark: one list of flags is its parsing, its help and its "did you mean".
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace norma {

template <class Options>
struct Flag {
  std::string name;
  std::string value;  ///< what the help calls it; empty: a switch
  std::string text;
  void (*apply)(Options&, const std::string& flag, const std::string& value);
};

struct FlagWord {
  std::string name;
  bool takes_value;
};

/// Flags and their values in the order of the command line. Throws UsageError, one sentence, for what is none.
std::vector<std::pair<std::string, std::string>> cut_flags(const std::vector<FlagWord>& known, int argc,
                                                           const char* const* argv);

template <class Options>
Options parse_flags(const std::vector<Flag<Options>>& flags, int argc, const char* const* argv) {
  std::vector<FlagWord> words;
  for (const auto& flag : flags) words.push_back({flag.name, !flag.value.empty()});
  Options options;
  for (const auto& [name, value] : cut_flags(words, argc, argv))
    for (const auto& flag : flags)
      if (flag.name == name) flag.apply(options, name, value);
  return options;
}

/// A line a flag.
template <class Options>
std::string flags_help(const std::vector<Flag<Options>>& flags) {
  std::string text;
  for (const auto& flag : flags)
    text += fmt::format("  --{:<16} {}\n", flag.name + " " + flag.value, flag.text);
  return text;
}

}  // namespace norma
