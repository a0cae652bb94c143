#include "apps/eval.h"

#include "apps/arguments.h"
#include "apps/flags.h"
#include "apps/images.h"
#include "apps/predictions.h"
#include "apps/presets.h"
#include "apps/saved_model.h"
#include "apps/training.h"
#include "core/device_memory.h"
#include "core/parallel.h"
#include "kernels/simd_target.h"

namespace norma {
namespace {

struct EvalOptions {
  ImageSource images;
  std::optional<std::int64_t> batch_size;
  std::optional<std::int64_t> limit;
  std::optional<std::string> predictions;  ///< a file to write
  Device device = Device::cpu;
  int threads = 0;  ///< 0: all cores
  bool help = false;
};

using O = EvalOptions&;
using S = const std::string&;

const std::vector<Flag<EvalOptions>>& flags() {
  static const std::vector<Flag<EvalOptions>> all = {
      {"", "data", "DIR", "folder with the images, or 'synthetic' ($NORMA_DATA, else ~/.cache/norma)",
       [](O o, S, S v) { o.images.data = v; }},
      {"", "mirror", "URL", "where to download the official archive from",
       [](O o, S, S v) { o.images.mirror = v; }},
      {"", "batch-size", "N", "images at a time; the score does not depend on it (32, 500 on a GPU)",
       [](O o, S f, S v) { o.batch_size = whole_number(f, v, 1, 1 << 20); }},
      {"", "limit-test", "N", "the first N images only",
       [](O o, S f, S v) { o.limit = whole_number(f, v, 1, 1 << 30); }},
      {"", "predictions", "FILE", "write class, probability and scores of each image as CSV",
       [](O o, S, S v) { o.predictions = v; }},
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
  return "cifar_norm eval scores a trained network on the test images.\n\n"
         "Usage: cifar_norm eval RUN [flags]\n\n"
         "RUN is a run folder, or a model.safetensors that cifar_norm wrote.\n\n" +
         flags_help(texts_of(flags())) + "\nExit status: 0 scored, 1 failed, 2 wrong command line.\n";
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

  const SavedModel model = load_saved_model(runs.front());
  Progress progress(options.images.quiet);
  const DataSplit images = find_images(*find_preset(model.name).data, options.images, progress);
  if (!model.classes.empty() && model.classes != images.classes)
    fail("{} was trained to tell {} apart, and these images are of {}: name its data with --data",
         runs.front(), listing(model.classes), listing(images.classes));
  Dataset test = options.limit ? first_images(images.test, *options.limit) : images.test;
  test = {test.images.to(options.device), test.labels.to(options.device)};
  model.network->to(options.device);
  say(options.images.quiet, fmt::format("network   {} · {} · {}, {} threads, {}", model.name, model.norm,
                                        name(options.device), threads(), simd_target()));
  const Clock clock;
  std::vector<Tensor> scores;
  const Score score = evaluate(*model.network, test, model.normalization,
                               options.batch_size.value_or(evaluation_batch(options.device)), "testing",
                               [&](const Tensor& batch) {
                                 if (options.predictions) scores.push_back(batch);
                               });
  const double seconds = clock.seconds();
  if (options.predictions)
    write_predictions(*options.predictions, images.classes, test.labels, rows_of(scores));
  fmt::print("{}: {}test loss {:.4f}, accuracy {:.2f} % of {} images · {:.2f} s, {:.0f} images/s\n",
             runs.front(), images.name == "synthetic" ? "synthetic " : "", score.loss, score.accuracy,
             test.labels.numel(), seconds, static_cast<double>(test.labels.numel()) / seconds);
  return 0;
}

}  // namespace norma
