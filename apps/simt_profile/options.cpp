#include "apps/simt_profile/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "apps/cli/arguments.h"
#include "apps/cli/flags.h"
#include "core/error.h"
#include "kernels/measure/example_profile.h"
#include "optim/presets.h"

namespace norma {
namespace {

using O = ProfileOptions&;
using S = const std::string&;

constexpr std::int64_t most = 1 << 20, most_elements = std::int64_t{1} << 28;

std::array<std::int64_t, 4> shape_from(S flag, S value) {
  std::array<std::int64_t, 4> shape{1, 1, 1, 1};
  const std::vector<std::string> words = split_words(value, ',');
  if (words.size() > shape.size())
    fail_usage("--{} takes up to four numbers, N,C,H,W, not '{}'", flag, value);
  std::int64_t elements = 1;
  for (std::size_t i = 0; i < words.size(); ++i) {
    shape[i] = whole_number(flag, words[i], 1, most_elements);
    if (shape[i] > most_elements / elements)
      fail_usage("--{} {} has more than {} elements: counting them would take too long", flag, value,
                 most_elements);
    elements *= shape[i];
  }
  return shape;
}

const std::vector<Flag<ProfileOptions>>& flags() {
  static const std::vector<Flag<ProfileOptions>> all = {
      {"", "op", "NAME", "the operation, or all at small shapes; --list names them",
       [](O o, S, S v) { o.operation = v; }},
      {"", "direction", "NAME",
       "forward, backward, or backward-data and backward-weight of conv2d (all directions)",
       [](O o, S, S v) { o.direction = v; }},
      {"", "shape", "N,C,H,W", "shape of x; rows are N by C·H·W (each operation's own, see --list)",
       [](O o, S f, S v) { o.setting.shape = shape_from(f, v); }},
      {"", "step", "PRESET", "instead of an operation: list what a training step asks of a GPU",
       [](O o, S f, S v) { o.step.preset = one_of(f, v, preset_names()); }},
      {"", "norm", "NAME", "norm of the --step (the preset's first)",
       [](O o, S f, S v) { o.step.norm = norm_from(one_of(f, v, norm_names())); }},
      {"", "batch", "N", "images of the --step (the preset's)",
       [](O o, S f, S v) { o.step.batch = whole_number(f, v, 1, most); }},
      {"", "precision", "NAME",
       "of conv2d, or of the convolutions of the --step: exact, tf32 or bf16 (exact)",
       [](O o, S f, S v) {
         o.step.precision = o.setting.precision = precision_from(f, one_of(f, v, precision_names()));
       }},
      {"", "gpu", "NAME",
       fmt::format("also how long a GPU would need for the --step, by a model: {}",
                   fmt::join(gpu_names(), ", ")),
       [](O o, S f, S v) {
         const std::string name = one_of(f, v, gpu_names());
         for (const Gpu& gpu : known_gpus())
           if (gpu.name == name) o.gpu = &gpu;
       }},
      {"", "groups", "G", "groups of group_norm (4), or of the --step (the preset's)",
       [](O o, S f, S v) { o.step.groups = o.setting.groups = whole_number(f, v, 1, most); }},
      {"", "out-channels", "K", "outputs of conv2d (C) and linear (10)",
       [](O o, S f, S v) { o.setting.out_channels = whole_number(f, v, 1, most); }},
      {"", "kernel", "K", "side of the window of conv2d (3) and pools (2)",
       [](O o, S f, S v) { o.setting.kernel = whole_number(f, v, 1, most); }},
      {"", "stride", "S", "stride of conv2d (1) and pools (the kernel)",
       [](O o, S f, S v) { o.setting.stride = whole_number(f, v, 1, most); }},
      {"", "padding", "P", "padding of conv2d (1), pools (0) and the crops of load_images (0)",
       [](O o, S f, S v) { o.setting.padding = whole_number(f, v, 0, most); }},
      {"", "dilation", "D", "distance of conv2d's taps (1)",
       [](O o, S f, S v) { o.setting.dilation = whole_number(f, v, 1, most); }},
      {"", "conv-groups", "G", "groups of conv2d; as many as channels: depthwise (1)",
       [](O o, S f, S v) { o.setting.conv_groups = whole_number(f, v, 1, most); }},
      {"", "p", "P", "probability of dropout (0.5)", [](O o, S f, S v) { o.setting.p = number(f, v, 0, 1); }},
      {"", "channels", "", "dropout of whole channels", [](O o, S, S) { o.setting.channels = true; }},
      {"", "eval", "", "batch_norm with running statistics", [](O o, S, S) { o.setting.eval = true; }},
      {"", "dtype", "NAME", "float32 or float64 (float32)",
       [](O o, S f, S v) {
         o.setting.dtype =
             one_of(f, v, {"float32", "float64"}) == "float32" ? DType::float32 : DType::float64;
       }},
      {"", "json", "", "one JSON object instead of tables", [](O o, S, S) { o.json = true; }},
      {"", "list", "", "print the operations and end", [](O o, S, S) { o.list = true; }},
      {"", "help", "", "print this text and end", [](O o, S, S) { o.help = true; }},
  };
  return all;
}

/// The flags that only --step has.
constexpr std::array of_step = {"norm", "batch", "gpu"};

/// Refuses flags that no chosen operation uses: they were given by mistake.
void check_together(const ProfileOptions& options, const std::vector<std::string>& given) {
  const auto is_given = [&](const char* flag) {
    return std::find(given.begin(), given.end(), flag) != given.end();
  };
  if (!options.step.preset.empty()) {
    for (const std::string& flag : given)
      if (flag != "step" && flag != "groups" && flag != "precision" &&
          std::find(of_step.begin(), of_step.end(), flag) == of_step.end())
        fail_usage("--{} cannot be used with --step", flag);
    return;
  }
  for (const char* flag : of_step)
    if (is_given(flag)) fail_usage("--{} is only for --step", flag);
  if (options.operation.empty())
    fail_usage("--op needs an operation: see --list, or use --op all; or name a preset for --step");
  const auto cases = choose_profile_cases(options.operation, options.direction);
  if (options.operation == "all" && options.setting.shape)
    fail_usage("--shape is only for one --op; with --op all, every operation has its own shape");
  for (const char* own : {"groups", "out-channels", "kernel", "stride", "padding", "dilation", "conv-groups",
                          "precision", "p", "channels", "eval"})
    if (is_given(own) && std::none_of(cases.begin(), cases.end(), [&](const ProfileCase& c) {
          return std::find(c.flags.begin(), c.flags.end(), own) != c.flags.end();
        }))
      fail_usage("--{} cannot be used with --op {}; --list shows the flags of each operation", own,
                 options.operation);
}

}  // namespace

ProfileOptions parse_profile_options(int argc, const char* const* argv) {
  ProfileOptions options;
  const std::vector<std::string> given = apply_flags(flags(), argc, argv, options);
  if (!options.help && !options.list) check_together(options, given);
  return options;
}

std::string profile_help_text() {
  return "simt_profile runs CUDA kernels on the CPU and counts their memory accesses.\n\n"
         "Usage: simt_profile --op NAME [flags]\n"
         "       simt_profile --step PRESET [--norm NAME] [--groups G] [--batch N] [--precision NAME]\n"
         "                   [--gpu NAME]\n\n" +
         flags_help(texts_of(flags())) +
         "\nExamples:\n"
         "  simt_profile --op group_norm --direction backward --shape 128,32,32,32 --groups 4\n"
         "  simt_profile --op conv2d --direction forward --shape 2,16,32,32 --out-channels 20\n"
         "  simt_profile --step c11-48096 --norm gn     the kernels of a training step; nothing is executed\n"
         "  simt_profile --step c11-48096 --norm gn --gpu h100     and how long a GPU would need, by a "
         "model\n"
         "  simt_profile --op all --json                every operation of kernels/table.h, for a program\n"
         "\n" +
         profile_legend() + "\nExit status: 0 counted, 1 failed, 2 wrong command line.\n";
}

}  // namespace norma
