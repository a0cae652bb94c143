#include "bench/flags.h"

#include <cxxopts.hpp>

#include "apps/arguments.h"
#include "core/error.h"

namespace norma {
namespace {

[[noreturn]] void refuse(const std::string& unknown, const std::vector<FlagWord>& known) {
  if (!unknown.starts_with("-"))
    fail_usage("'{}' is not expected here: flags begin with --; see --help", unknown);
  std::vector<std::string> names;
  for (const FlagWord& flag : known) names.push_back("--" + flag.name);
  fail_usage("there is no flag {}; did you mean {}? See --help", unknown,
             nearest(unknown.substr(0, unknown.find('=')), names));
}

}  // namespace

std::vector<std::pair<std::string, std::string>> cut_flags(const std::vector<FlagWord>& known, int argc,
                                                           const char* const* argv) {
  cxxopts::Options words(argv[0]);
  words.allow_unrecognised_options();
  for (const FlagWord& flag : known) {
    if (flag.takes_value)
      words.add_option("", {flag.name, "", cxxopts::value<std::string>()});
    else
      words.add_option("", {flag.name, ""});
  }
  try {
    const cxxopts::ParseResult parsed = words.parse(argc, argv);
    if (!parsed.unmatched().empty()) refuse(parsed.unmatched().front(), known);
    std::vector<std::pair<std::string, std::string>> flags;
    for (const cxxopts::KeyValue& argument : parsed.arguments())
      flags.emplace_back(argument.key(), argument.value());
    return flags;
  } catch (const cxxopts::exceptions::missing_argument&) {
    fail_usage("{} needs a value; see --help", argv[argc - 1]);
  } catch (const cxxopts::exceptions::exception& e) {
    fail_usage("{}; see --help", e.what());
  }
}

}  // namespace norma
