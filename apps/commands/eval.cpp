#include "apps/commands/eval.h"

#include "apps/cli/arguments.h"
#include "apps/cli/find_images.h"
#include "apps/cli/flags.h"
#include "apps/cli/run_app.h"
#include "core/clock.h"
#include "kernels/simd_target.h"
#include "optim/finite.h"
#include "optim/predictions.h"
#include "optim/presets.h"
#include "optim/run/saved_model.h"
#include "optim/trainer.h"

namespace norma {
namespace {

struct EvalOptions {
  ImageSource images;
  MachineOptions machine;
  std::optional<std::int64_t> batch_size;
  std::optional<std::int64_t> limit;
  std::optional<std::string> predictions;  ///< a file to write
  bool quiet = false;
  bool help = false;
};

using O = EvalOptions&;
using S = const std::string&;

const std::vector<Flag<EvalOptions>>& flags() {
  static const std::vector<Flag<EvalOptions>> scoring = {
      {"Scoring", "batch-size", "N", "images per batch; the score does not depend on it (32; GPU: 500)",
       [](O o, S f, S v) { o.batch_size = whole_number(f, v, 1, 1 << 20); }},
      {"Scoring", "limit-test", "N", "the first N images only",
       [](O o, S f, S v) { o.limit = whole_number(f, v, 1, 1 << 30); }},
      {"Scoring", "predictions", "FILE", "write class, probability and scores of each image as CSV",
       [](O o, S f, S v) { o.predictions = not_empty(f, v); }},
  };
  static const std::vector<Flag<EvalOptions>> output = {
      {"Output", "quiet", "", "print the last line only", [](O o, S, S) { o.quiet = true; }},
      {"Output", "help", "", "print this text and end", [](O o, S, S) { o.help = true; }},
  };
  static const auto all = joined<EvalOptions>({scoring, of_part(data_set_flags(), &EvalOptions::images),
                                               of_part(data_flags(), &EvalOptions::images),
                                               of_part(machine_flags(), &EvalOptions::machine), output});
  return all;
}

std::string help(const Program& program) {
  return fmt::format(
      "{0} eval scores a trained network on the test images.\n\n"
      "Usage: {0} eval RUN [flags]\n\n"
      "RUN is a run folder, or a model.safetensors that {0} wrote.\n{1}"
      "\nExit status: 0 scored, 1 failed, 2 wrong command line.\n",
      program.name, flags_help(texts_of(flags())));
}

// "cat or dog"; for more than 12 classes, their number.
std::string a_few(const std::vector<std::string>& classes) {
  return classes.size() <= 12
             ? listing(classes)
             : fmt::format("{} classes from {} to {}", classes.size(), classes.front(), classes.back());
}

}  // namespace

int run_eval(const Program& program, int argc, const char* const* argv) {
  EvalOptions options;
  std::vector<std::string> runs;
  apply_flags(flags(), argc, argv, options, &runs);
  if (options.help) return print(help(program)), 0;
  if (runs.size() != 1)
    fail_usage("eval takes one run folder or model, not {}; see eval --help", runs.size());
  use_machine(options.machine);

  const SavedModel model = load_saved_model(runs.front());
  if (const std::string where = first_not_finite(*model.network); !where.empty())
    fail("{} cannot be tested: {} has numbers that are NaN or infinite", model.file.string(), where);
  Progress progress(options.quiet);
  const KnownDataSet& set = options.images.set != nullptr ? *options.images.set : *model.set;
  LoadOptions load = model.load;
  load.labels = options.images.labels.value_or(&set == model.set ? load.labels : Labels::fine);
  const DataSplit images = find_images(set, options.images, load, options.quiet, progress);
  if (!model.classes.empty() && model.classes != images.classes)
    fail(
        "{} was trained on images of {}, but these images are of {}: name its data with --data-set or --data",
        runs.front(), a_few(model.classes), a_few(images.classes));
  const Shape& shape = images.test.images.shape();
  if (Shape{shape[1], shape[2], shape[3]} != load.image)
    fail("{} takes images of {}, but these have {}", runs.front(), load.image.to_string(),
         Shape{shape[1], shape[2], shape[3]}.to_string());
  Dataset test = options.limit ? first_images(images.test, *options.limit) : images.test;
  test = {test.images.to(options.machine.device()), test.labels.to(options.machine.device())};
  model.network->to(options.machine.device());
  say(options.quiet, fmt::format("network   {} · {} · {}, {}", model.name, model.norm,
                                 name(options.machine.device()), describe_machine(options.machine)));
  const Clock clock;
  std::vector<Tensor> scores;
  const Score score = evaluate(*model.network, test, model.normalization,
                               options.batch_size.value_or(evaluation_batch(options.machine.device())),
                               "testing", [&](const Tensor& batch) {
                                 if (options.predictions) scores.push_back(batch);
                               });
  const double seconds = clock.seconds();
  if (options.predictions)
    write_predictions(*options.predictions, images.classes, test.labels, rows_of(scores));
  print(fmt::format("{}: {}test loss {:.4f}, accuracy {:.2f} % of {} images · {:.2f} s, {:.0f} images/s\n",
                    runs.front(), images.name == "synthetic" ? "synthetic " : "", score.loss, score.accuracy,
                    test.labels.numel(), seconds, rate(static_cast<double>(test.labels.numel()), seconds)));
  return 0;
}

}  // namespace norma
