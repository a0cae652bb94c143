// A command line: one list of flags gives its parsing, its help and its "did you mean".
//
//   const std::vector<Flag<Options>> flags = {
//       {"Training", "epochs", "N", "passes over the training set (20)",
//        [](Options& o, auto& f, auto& v) { o.epochs = whole_number(f, v, 1, 100'000); }},
//       {"Output", "quiet", "", "print the last line only",
//        [](Options& o, auto&, auto&) { o.quiet = true; }}};
//
//   --epochs 3, --epochs=3, -q and -h are understood. If two flags contradict each other, the last counts.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace norma {

/// The texts of a flag, without its action.
struct FlagText {
  std::string group;  ///< its heading in the help; empty: none
  std::string name;
  std::string value;  ///< the name of its value in the help; empty: a switch without a value
  std::string text;
};

template <class Options>
struct Flag {
  std::string group, name, value, text;  ///< as in FlagText
  std::function<void(Options&, const std::string& flag, const std::string& value)> apply;
};

/// Turns flags of a part of some options into flags of the whole options.
template <class Options, class Part>
std::vector<Flag<Options>> of_part(const std::vector<Flag<Part>>& flags, Part Options::*part) {
  std::vector<Flag<Options>> whole;
  for (const Flag<Part>& f : flags)
    whole.push_back({f.group, f.name, f.value, f.text,
                     [apply = f.apply, part](Options& o, const std::string& flag, const std::string& value) {
                       apply(o.*part, flag, value);
                     }});
  return whole;
}

/// The flags of several lists, one after the other, except those whose names are in `without`.
template <class Options>
std::vector<Flag<Options>> joined(const std::vector<std::vector<Flag<Options>>>& lists,
                                  const std::set<std::string>& without = {}) {
  std::vector<Flag<Options>> all;
  for (const auto& list : lists)
    for (const auto& flag : list)
      if (!without.contains(flag.name)) all.push_back(flag);
  return all;
}

template <class Options>
std::vector<FlagText> texts_of(const std::vector<Flag<Options>>& flags) {
  std::vector<FlagText> texts;
  for (const auto& f : flags) texts.push_back({f.group, f.name, f.value, f.text});
  return texts;
}

/// Flags and their values.
using FlagWords = std::vector<std::pair<std::string, std::string>>;

/// Flags and their values in the order of the command line. Words that are not flags go to `others`; if that
/// is nullptr, they are an error. Throws UsageError, one sentence, for a word that is not understood.
FlagWords cut_flags(const std::vector<FlagText>& known, int argc, const char* const* argv,
                    std::vector<std::string>* others);

/// Applies the words that name one of `flags` to `options`; returns their names.
template <class Options>
std::vector<std::string> apply_words(const std::vector<Flag<Options>>& flags, const FlagWords& words,
                                     Options& options) {
  std::vector<std::string> given;
  for (const auto& [name, value] : words)
    for (const auto& flag : flags)
      if (flag.name == name) flag.apply(options, name, value), given.push_back(name);
  return given;
}

/// Applies the command line to `options`; returns the names of the flags that were given.
template <class Options>
std::vector<std::string> apply_flags(const std::vector<Flag<Options>>& flags, int argc,
                                     const char* const* argv, Options& options,
                                     std::vector<std::string>* others = nullptr) {
  return apply_words(flags, cut_flags(texts_of(flags), argc, argv, others), options);
}

/// The flags under their headings, wrapped to 98 columns.
std::string flags_help(const std::vector<FlagText>& flags);

}  // namespace norma
