#include "apps/cli/flags.h"

#include <algorithm>
#include <cxxopts.hpp>

#include "apps/cli/arguments.h"
#include "core/error.h"

namespace norma {
namespace {

// "h,help": the notation of cxxopts for -h and --help.
std::string spelling(const FlagText& flag) {
  return flag.name == "help" || flag.name == "quiet" ? flag.name.substr(0, 1) + "," + flag.name : flag.name;
}

[[noreturn]] void refuse(const std::string& unknown, const std::vector<FlagText>& known) {
  if (!unknown.starts_with("-"))
    fail_usage("'{}' is not expected here: flags begin with --; see --help", unknown);
  std::vector<std::string> names;
  for (const FlagText& flag : known) names.push_back("--" + flag.name);
  const std::string near = nearest(unknown.substr(0, unknown.find('=')), names);
  fail_usage("there is no flag {}{} See --help", unknown,
             near.empty() ? "." : fmt::format("; did you mean {}?", near));
}

// Refuses a flag in place of a value: in "--norm --max-params 5", cxxopts would take "--max-params" as norm.
void check_values(const std::vector<FlagText>& known, int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i)
    for (const FlagText& flag : known) {
      const std::string word = argv[i];
      if (flag.value.empty() && word.starts_with("--" + flag.name + "="))
        fail_usage("--{} takes no value; see --help", flag.name);
      if (!flag.value.empty() && word == "--" + flag.name && i + 1 < argc &&
          std::string(argv[i + 1]).starts_with("--"))
        fail_usage("{} needs a value; see --help", word);
    }
}

}  // namespace

FlagWords cut_flags(const std::vector<FlagText>& known, int argc, const char* const* argv,
                    std::vector<std::string>* others) {
  check_values(known, argc, argv);
  cxxopts::Options words(argv[0]);
  words.allow_unrecognised_options();
  for (const FlagText& flag : known) {
    if (flag.value.empty())
      words.add_option("", {spelling(flag), ""});
    else
      words.add_option("", {spelling(flag), "", cxxopts::value<std::string>()});
  }
  try {
    const cxxopts::ParseResult parsed = words.parse(argc, argv);
    for (const std::string& word : parsed.unmatched())
      if (others == nullptr || word.starts_with("-"))
        refuse(word, known);
      else
        others->push_back(word);
    FlagWords flags;
    for (const cxxopts::KeyValue& argument : parsed.arguments())
      flags.emplace_back(argument.key(), argument.value());
    return flags;
  } catch (const cxxopts::exceptions::missing_argument&) {
    fail_usage("{} needs a value; see --help", argv[argc - 1]);
  } catch (const cxxopts::exceptions::exception& e) {
    fail_usage("{}; see --help", e.what());
  }
}

std::string flags_help(const std::vector<FlagText>& flags) {
  std::string text, group;
  for (const FlagText& flag : flags) {
    if (flag.group != group) text += fmt::format("\n{}:\n", group = flag.group);
    const std::string spelled = spelling(flag);
    const std::string start = spelled != flag.name ? fmt::format("-{}, --", spelled[0]) : "--";
    std::string line = fmt::format("  {:<23} ", start + flag.name + " " + flag.value);
    for (const std::string& word : split_words(flag.text, ' ')) {
      if (line.size() + word.size() > 98) {
        text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
        line = std::string(26, ' ');
      }
      line += word + " ";
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace norma
