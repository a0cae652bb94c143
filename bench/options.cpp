#include "bench/options.h"

#include <fmt/format.h>

#include "apps/cli/arguments.h"
#include "apps/cli/flags.h"
#include "core/error.h"
#include "optim/presets.h"

namespace norma {
namespace {

using O = BenchOptions&;
using S = const std::string&;

const std::vector<Flag<BenchOptions>>& flags() {
  static const std::vector<Flag<BenchOptions>> all = {
      {"", "presets", "LIST",
       fmt::format("networks, with commas: some of {} (c11-48096)", fmt::join(preset_names(), ", ")),
       [](O o, S f, S v) {
         o.presets = split_words(v, ',');
         for (const std::string& preset : o.presets) one_of(f, preset, preset_names());
       }},
      {"", "norms", "LIST", fmt::format("some of {}, with commas (bn,gn,ln)", fmt::join(norm_names(), ", ")),
       [](O o, S f, S v) {
         o.norms.clear();
         for (const std::string& norm : split_words(v, ','))
           o.norms.push_back(norm_from(one_of(f, norm, norm_names())));
       }},
      {"", "precision", "NAME",
       "of the convolutions: exact, tf32 or bf16; PyTorch: float32, TF32 where it has it, or autocast "
       "(exact)",
       [](O o, S f, S v) { o.precision = precision_from(f, one_of(f, v, precision_names())); }},
      {"", "batch-size", "N", "images per step (128)",
       [](O o, S f, S v) { o.batch_size = whole_number(f, v, 1, 1 << 16); }},
      {"", "device", "WHICH", "cpu, cuda, or simt, whose times mean nothing (cpu)",
       [](O o, S f, S v) {
         o.device = device_from(f, one_of(f, v, {"cpu", "cuda", "simt"}));
       }},
      {"", "simd", "NAME", "use at most this instruction set, in Norma and the peer: AVX2 (the best)",
       [](O o, S, S v) { o.simd = v; }},
      {"", "threads", "N", "CPU threads of Norma and of the peer (all cores)",
       [](O o, S f, S v) { o.threads = static_cast<int>(whole_number(f, v, 1, 1024)); }},
      {"", "rounds", "N", "number of timings of each, in turn (11)",
       [](O o, S f, S v) { o.rounds = static_cast<int>(whole_number(f, v, 1, 10'000)); }},
      {"", "steps", "N", "training steps in each timing (10)",
       [](O o, S f, S v) { o.steps = static_cast<int>(whole_number(f, v, 1, 10'000)); }},
      {"", "inference", "", "time forward passes in evaluation mode instead of training steps",
       [](O o, S, S) { o.inference = true; }},
      {"", "peer", "WHICH", "auto: PyTorch if a Python has it; or none (auto)",
       [](O o, S f, S v) {
         o.peer = one_of(f, v, {"auto", "none"}) == "auto";
       }},
      {"", "compile", "WHICH", "auto: PyTorch also after torch.compile, if that works; or none (auto)",
       [](O o, S f, S v) {
         o.compile = one_of(f, v, {"auto", "none"}) == "auto";
       }},
      {"", "json", "FILE", "write the rows to this file", [](O o, S, S v) { o.json = v; }},
      {"", "quiet", "", "print the table only", [](O o, S, S) { o.quiet = true; }},
      {"", "help", "", "print this text and end", [](O o, S, S) { o.help = true; }},
  };
  return all;
}

}  // namespace

BenchOptions parse_bench_options(int argc, const char* const* argv) {
  BenchOptions options;
  apply_flags(flags(), argc, argv, options);
  return options;
}

std::string bench_help() {
  return "bench_train times training steps of a network, and those of PyTorch if it is found.\n"
         "\nUsage: bench_train [flags]\n\n" +
         flags_help(texts_of(flags())) +
         "\nPyTorch is searched for in $NORMA_PYTHON if that is set, else in python3 and /usr/bin/python3.\n"
         "Exit status: 0 done, 1 failed or the losses of the two differ, 2 wrong command line.\n";
}

}  // namespace norma
