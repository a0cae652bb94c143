#include "bench/kernel_options.h"

#include <algorithm>

#include "apps/cli/arguments.h"
#include "apps/cli/flags.h"
#include "kernels/table.h"

namespace norma {
namespace {

using O = KernelOptions&;
using S = const std::string&;

const std::vector<Flag<KernelOptions>>& flags() {
  static const std::vector<Flag<KernelOptions>> all = {
      {"", "device", "WHICH", "cpu, cuda, or simt, whose times mean nothing (cpu)",
       [](O o, S f, S v) {
         o.device = device_from(f, one_of(f, v, {"cpu", "cuda", "simt"}));
       }},
      {"", "op", "LIST", "names of kernels/table.h or their beginnings, with commas (all)",
       [](O o, S, S v) { o.operations = split_words(v, ','); }},
      {"", "filter", "TEXT", "only rows that contain it, e.g. ResNet-50 or 1024×14 (all)",
       [](O o, S, S v) { o.filter = v; }},
      {"", "steps", "", "the steps of group norm (kernels/norm/steps) instead; on cuda or simt",
       [](O o, S, S) { o.steps = true; }},
      {"", "dtype", "WHICH", "float32 or float64 (float32)",
       [](O o, S f, S v) {
         o.dtype = one_of(f, v, {"float32", "float64"}) == "float32" ? DType::float32 : DType::float64;
       }},
      {"", "batch-size", "N", "images in every row (128 for c11-48096, 32 for ResNet-50; on simt 1)",
       [](O o, S f, S v) { o.batch_size = whole_number(f, v, 1, 1 << 16); }},
      {"", "threads", "N", "CPU threads of Norma and of the peer (all cores)",
       [](O o, S f, S v) { o.threads = static_cast<int>(whole_number(f, v, 1, 1024)); }},
      {"", "rotate", "MB",
       "time so many megabytes of arrays in turns, so that they come from memory, not from a cache (256 on "
       "cuda, "
       "else 0)",
       [](O o, S f, S v) { o.rotate = 1e6 * static_cast<double>(whole_number(f, v, 0, 16'384)); }},
      {"", "quick", "", "3 samples and 0.03 s per row instead of 5 and 0.2 s; always on with simt",
       [](O o, S, S) { o.quick = true; }},
      {"", "peer", "WHICH", "auto: PyTorch if a Python has it; or none (auto)",
       [](O o, S f, S v) {
         o.peer = one_of(f, v, {"auto", "none"}) == "auto";
       }},
      {"", "json", "FILE", "write the rows to this file", [](O o, S, S v) { o.json = v; }},
      {"", "markdown", "FILE", "write the tables to this file, as a page with machine and date",
       [](O o, S, S v) { o.markdown = v; }},
      {"", "quiet", "", "print the table only", [](O o, S, S) { o.quiet = true; }},
      {"", "help", "", "print this text and end", [](O o, S, S) { o.help = true; }},
  };
  return all;
}

std::vector<std::string> table_names() {
  std::vector<std::string> names;
  kernels<float>.for_each([&](const auto& operation) { names.emplace_back(operation.name); });
  return names;
}

// Every word of --op must be the beginning of some name.
void check_operations(const KernelOptions& options) {
  const std::vector<std::string> names = table_names();
  for (const std::string& word : options.operations)
    if (word.empty())
      fail_usage("--op takes names of kernels/table.h, or their beginnings, not an empty word");
    else if (std::none_of(names.begin(), names.end(), [&](const auto& n) { return n.starts_with(word); }))
      fail_usage("--op takes names of kernels/table.h, or their beginnings, not '{}'; did you mean {}?", word,
                 nearest(word, names));
}

}  // namespace

CaseSizes KernelOptions::sizes() const {
  if (batch_size > 0) return {batch_size, batch_size};
  return device == Device::simt ? CaseSizes{1, 1} : CaseSizes{};
}

Patience KernelOptions::patience() const {
  return quick || device == Device::simt ? Patience{0.03, 3} : Patience{};
}

KernelOptions parse_kernel_options(int argc, const char* const* argv) {
  KernelOptions options;
  apply_flags(flags(), argc, argv, options);
  check_operations(options);
  if (options.steps && options.device == Device::cpu)
    fail_usage("--steps times CUDA kernels: add --device cuda, or simt, whose times mean nothing");
  if (options.steps && !options.operations.empty())
    fail_usage("--steps and --op cannot be used together: steps are not in the table; try --filter backward");
  return options;
}

std::vector<Case> chosen_cases(const KernelOptions& options) {
  std::vector<Case> cases = options.steps ? step_cases(options.sizes()) : all_cases(options.sizes());
  std::erase_if(cases, [&](const Case& c) {
    const bool wanted = options.operations.empty() ||
                        std::any_of(options.operations.begin(), options.operations.end(),
                                    [&](const std::string& word) { return c.operation.starts_with(word); });
    return !wanted || !runs_on(c, options.device) || c.text().find(options.filter) == std::string::npos;
  });
  if (cases.empty())
    fail_usage("no row of {} contains '{}'; rows look like '{}'", name(options.device), options.filter,
               "batch_norm_forward  ResNet-50  32×1024×14×14");
  return cases;
}

std::string kernel_help() {
  return "bench_kernels checks and times every operation of Norma, forward and backward, at the sizes of\n"
         "c11-48096 and of ResNet-50's norms, and compares it with the device's limits and with PyTorch.\n"
         "\nUsage: bench_kernels [flags]\n\n" +
         flags_help(texts_of(flags())) +
         "\nPyTorch is searched for in $NORMA_PYTHON if that is set, else in python3 and /usr/bin/python3.\n"
         "Exit status: 0 done, 1 failed or a result is wrong, 2 wrong command line.\n";
}

}  // namespace norma
