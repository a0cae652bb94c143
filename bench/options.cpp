#include "bench/options.h"

#include <cxxopts.hpp>

#include "apps/arguments.h"

namespace norma {
namespace {

using O = BenchOptions&;
using S = const std::string&;

struct Flag {
  std::string name;
  std::string value;  // what it is called in the help; empty: a switch
  std::string text;
  void (*apply)(O, S flag, S value);
};

const std::vector<Flag>& flags() {
  static const std::vector<Flag> all = {
      {"norms", "LIST", "of bn, ln, ln-chw, ln-pixel, gn, in, none, with commas (bn,gn,ln)",
       [](O o, S f, S v) {
         o.norms.clear();
         for (const std::string& norm : split_words(v, ','))
           o.norms.push_back(norm_from(one_of(f, norm, norm_names())));
       }},
      {"batch-size", "N", "images a step (128)",
       [](O o, S f, S v) { o.batch_size = whole_number(f, v, 1, 1 << 16); }},
      {"threads", "N", "CPU threads of Norma and of the peer (all cores)",
       [](O o, S f, S v) { o.threads = static_cast<int>(whole_number(f, v, 1, 1024)); }},
      {"rounds", "N", "how often each is timed, in turn (7)",
       [](O o, S f, S v) { o.rounds = static_cast<int>(whole_number(f, v, 1, 10'000)); }},
      {"steps", "N", "training steps in each timing (6)",
       [](O o, S f, S v) { o.steps = static_cast<int>(whole_number(f, v, 1, 10'000)); }},
      {"peer", "WHICH", "auto, PyTorch if a Python has it, or none (auto)",
       [](O o, S f, S v) {
         o.peer = one_of(f, v, {"auto", "none"}) == "auto";
       }},
      {"json", "FILE", "write the rows there", [](O o, S, S v) { o.json = v; }},
      {"quiet", "", "print the table only", [](O o, S, S) { o.quiet = true; }},
      {"help", "", "print this text and end", [](O o, S, S) { o.help = true; }},
  };
  return all;
}

[[noreturn]] void refuse(const std::string& unknown) {
  if (!unknown.starts_with("-"))
    fail_usage("'{}' is not expected here: flags begin with --; see --help", unknown);
  std::vector<std::string> names;
  for (const Flag& flag : flags()) names.push_back("--" + flag.name);
  fail_usage("there is no flag {}; did you mean {}? See --help", unknown,
             nearest(unknown.substr(0, unknown.find('=')), names));
}

}  // namespace

BenchOptions parse_bench_options(int argc, const char* const* argv) {
  cxxopts::Options known("bench_train");
  known.allow_unrecognised_options();
  for (const Flag& flag : flags()) {
    if (flag.value.empty())
      known.add_option("", {flag.name, flag.text});
    else
      known.add_option("", {flag.name, flag.text, cxxopts::value<std::string>(), flag.value});
  }
  try {
    const cxxopts::ParseResult parsed = known.parse(argc, argv);
    if (!parsed.unmatched().empty()) refuse(parsed.unmatched().front());
    BenchOptions options;
    for (const cxxopts::KeyValue& argument : parsed.arguments())
      for (const Flag& flag : flags())
        if (flag.name == argument.key()) flag.apply(options, flag.name, argument.value());
    return options;
  } catch (const cxxopts::exceptions::missing_argument&) {
    fail_usage("{} needs a value; see --help", argv[argc - 1]);
  } catch (const cxxopts::exceptions::exception& e) {
    fail_usage("{}; see --help", e.what());
  }
}

std::string bench_help() {
  std::string text =
      "bench_train times training steps of the network c11-48096 on the CPU, against PyTorch if it finds "
      "it.\n"
      "\nUsage: bench_train [flags]\n\n";
  for (const Flag& flag : flags())
    text += fmt::format("  --{:<16} {}\n", flag.name + " " + flag.value, flag.text);
  return text +
         "\nPyTorch is looked for in $NORMA_PYTHON if that is set, else in python3 and /usr/bin/python3.\n"
         "Exit status: 0 done, 1 failed or the losses of the two differ, 2 wrong command line.\n";
}

}  // namespace norma
