#include "apps/eval.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "apps/arguments.h"
#include "apps/flags.h"
#include "apps/images.h"
#include "apps/presets.h"
#include "apps/training.h"
#include "core/device_memory.h"
#include "core/parallel.h"
#include "kernels/simd_target.h"
#include "layers/safetensors.h"

namespace norma {
namespace {

namespace fs = std::filesystem;

struct EvalOptions {
  ImageSource images;
  std::optional<std::int64_t> batch_size;
  std::optional<std::int64_t> limit;
  Device device = Device::cpu;
  int threads = 0;  ///< 0: all cores
  bool help = false;
};

using O = EvalOptions&;
using S = const std::string&;

const std::vector<Flag<EvalOptions>>& flags() {
  static const std::vector<Flag<EvalOptions>> all = {
      {"", "data", "DIR", "folder with CIFAR-10, or 'synthetic' ($NORMA_DATA, else ~/.cache/norma)",
       [](O o, S, S v) { o.images.data = v; }},
      {"", "mirror", "URL", "where to download the official archive from",
       [](O o, S, S v) { o.images.mirror = v; }},
      {"", "batch-size", "N", "images at a time; the score does not depend on it (32, 500 on a GPU)",
       [](O o, S f, S v) { o.batch_size = whole_number(f, v, 1, 1 << 20); }},
      {"", "limit-test", "N", "the first N images only",
       [](O o, S f, S v) { o.limit = whole_number(f, v, 1, 1 << 30); }},
      {"", "device", "NAME", "cpu, cuda, simt or reference (cuda where a GPU answers, else cpu)",
       [](O o, S f, S v) { o.device = device_from(f, v); }},
      {"", "threads", "N", "CPU threads (all cores)",
       [](O o, S f, S v) { o.threads = static_cast<int>(whole_number(f, v, 1, 1024)); }},
      {"", "quiet", "", "print the last line only", [](O o, S, S) { o.images.quiet = true; }},
      {"", "help", "", "print this text and end", [](O o, S, S) { o.help = true; }},
  };
  return all;
}

std::string help() {
  return "cifar_norm eval scores a trained network on the test images of CIFAR-10.\n\n"
         "Usage: cifar_norm eval RUN [flags]\n\n"
         "RUN is a run folder, or a model.safetensors that cifar_norm wrote.\n\n" +
         flags_help(texts_of(flags())) + "\nExit status: 0 scored, 1 failed, 2 wrong command line.\n";
}

/// A trained network, and the constants that its images were normalised with.
struct Model {
  std::shared_ptr<Module> network;
  Normalization normalization;
  std::string label;
};

Model load_model(const fs::path& run) {
  const fs::path file = fs::is_directory(run) ? run / "model.safetensors" : run;
  if (!fs::exists(file)) fail("there is no {}; name a run folder of cifar_norm, or its model", file.string());
  Metadata metadata;
  const auto state = load_safetensors(file, &metadata);
  const auto config = nlohmann::json::parse(metadata["config"], nullptr, false);
  if (!config.is_object() || !config.contains("network"))
    fail("{} does not say what network it is: only models that cifar_norm wrote can be scored",
         file.string());
  try {
    const auto& network = config.at("network");
    const Preset& preset = find_preset(network.at("name"));
    NetworkChoice choice{.norm = norm_from(network.at("norm"))};
    if (!network.at("groups").is_null()) choice.groups = network.at("groups").get<std::int64_t>();
    Model model{preset.network(choice),
                {config.at("data").at("normalization_mean"), config.at("data").at("normalization_std")},
                fmt::format("{} · {}", network.at("name").get<std::string>(), name(choice.norm))};
    model.network->load_state_dict(state);
    return model;
  } catch (const nlohmann::json::exception& e) {
    fail("the configuration in {} is not one of cifar_norm's: {}", file.string(), e.what());
  }
}

}  // namespace

int run_eval(int argc, const char* const* argv) {
  EvalOptions options;
  if (unavailable_because(Device::cuda).empty()) options.device = Device::cuda;
  std::vector<std::string> runs;
  apply_flags(flags(), argc, argv, options, &runs);
  if (options.help) return fmt::print("{}", help()), 0;
  if (runs.size() != 1)
    fail_usage("eval takes one run folder or model, not {}; see eval --help", runs.size());
  require_available(options.device);
  if (options.threads > 0) set_threads(options.threads);

  const Model model = load_model(runs.front());
  Progress progress(options.images.quiet);
  const DataSplit images = find_images("cifar10", options.images, progress);
  Dataset test = options.limit ? first_images(images.test, *options.limit) : images.test;
  test = {test.images.to(options.device), test.labels.to(options.device)};
  model.network->to(options.device);
  say(options.images.quiet, fmt::format("network   {} · {}, {} threads, {}", model.label,
                                        name(options.device), threads(), simd_target()));
  const Clock clock;
  const Score score = evaluate(*model.network, test, model.normalization,
                               options.batch_size.value_or(evaluation_batch(options.device)));
  const double seconds = clock.seconds();
  fmt::print("{}: {}test loss {:.4f}, accuracy {:.2f} % of {} images · {:.2f} s, {:.0f} images/s\n",
             runs.front(), images.name == "synthetic" ? "synthetic " : "", score.loss, score.accuracy,
             test.labels.numel(), seconds, static_cast<double>(test.labels.numel()) / seconds);
  return 0;
}

}  // namespace norma
