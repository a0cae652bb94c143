#include "apps/commands/eval.h"

#include "apps/cli/arguments.h"
#include "apps/cli/find_images.h"
#include "apps/cli/flags.h"
#include "apps/cli/run_app.h"
#include "core/clock.h"
#include "layers/safetensors.h"
#include "optim/finite.h"
#include "optim/predictions.h"
#include "optim/recalibrate.h"
#include "optim/run/saved_model.h"
#include "optim/trainer.h"

namespace norma {
namespace {

struct EvalOptions {
  ImageSource images;
  MachineOptions machine;
  std::optional<std::int64_t> batch_size;
  std::optional<std::int64_t> limit;
  std::optional<std::string> predictions;  ///< a file to write; of eval
  std::int64_t statistics_batch = 128;     ///< these three of recalibrate
  std::optional<std::int64_t> limit_train;
  std::optional<std::string> out;
  bool quiet = false;
  bool help = false;
};

using O = EvalOptions&;
using S = const std::string&;

enum class Command { eval, recalibrate };

const std::vector<Flag<EvalOptions>>& flags(Command command) {
  static const std::vector<Flag<EvalOptions>> scoring = {
      {"Scoring", "batch-size", "N", "images per batch; the score does not depend on it (32; GPU: 500)",
       [](O o, S f, S v) { o.batch_size = whole_number(f, v, 1, 1 << 20); }},
      {"Scoring", "limit-test", "N", "the first N images only",
       [](O o, S f, S v) { o.limit = whole_number(f, v, 1, 1 << 30); }},
  };
  static const std::vector<Flag<EvalOptions>> predictions = {
      {"Scoring", "predictions", "FILE", "write class, probability and scores of each image as CSV",
       [](O o, S f, S v) { o.predictions = not_empty(f, v); }},
  };
  static const std::vector<Flag<EvalOptions>> statistics = {
      {"Statistics", "statistics-batch", "N", "images whose statistics are averaged with the others' (128)",
       [](O o, S f, S v) { o.statistics_batch = whole_number(f, v, 1, 1 << 20); }},
      {"Statistics", "limit-train", "N", "the first N training images only",
       [](O o, S f, S v) { o.limit_train = whole_number(f, v, 1, 1 << 30); }},
      {"Statistics", "out", "FILE", "write the network with its new statistics, for eval and norma_export",
       [](O o, S f, S v) { o.out = not_empty(f, v); }},
  };
  static const std::vector<Flag<EvalOptions>> output = {
      {"Output", "quiet", "", "print the last line only", [](O o, S, S) { o.quiet = true; }},
      {"Output", "help", "", "print this text and end", [](O o, S, S) { o.help = true; }},
  };
  const auto all = [&](const std::vector<Flag<EvalOptions>>& own) {
    return joined<EvalOptions>({scoring, own, of_part(data_set_flags(), &EvalOptions::images),
                                of_part(data_flags(), &EvalOptions::images),
                                of_part(machine_flags(), &EvalOptions::machine), output});
  };
  static const auto of_eval = all(predictions), of_recalibrate = all(statistics);
  return command == Command::eval ? of_eval : of_recalibrate;
}

std::string help(const Program& program, Command command) {
  return fmt::format(
      "{0} {1}.\n\nUsage: {0} {2} RUN [flags]\n\n"
      "RUN is a run folder, or a model.safetensors that {0} wrote.\n{3}"
      "\nExit status: 0 scored, 1 failed, 2 wrong command line.\n",
      program.name,
      command == Command::eval ? "eval scores a trained network on the test images"
                               : "recalibrate computes the running statistics of batch norms anew, over the "
                                 "training images,\nand scores the network before and after",
      command == Command::eval ? "eval" : "recalibrate", flags_help(texts_of(flags(command))));
}

// "cat or dog"; for more than 12 classes, their number.
std::string a_few(const std::vector<std::string>& classes) {
  return classes.size() <= 12
             ? listing(classes)
             : fmt::format("{} classes from {} to {}", classes.size(), classes.front(), classes.back());
}

// A trained network and the images for it, on the device.
struct Loaded {
  SavedModel model;
  Dataset train, test;  // train only for recalibrate
  std::vector<std::string> classes;
  bool synthetic = false;
};

Loaded load(const EvalOptions& options, const std::string& run, bool with_train) {
  Loaded loaded{load_saved_model(run), {}, {}, {}};
  SavedModel& model = loaded.model;
  if (const std::string where = first_not_finite(*model.network); !where.empty())
    fail("{} cannot be tested: {} has numbers that are NaN or infinite", model.file.string(), where);
  Progress progress(options.quiet);
  const KnownDataSet& set = options.images.set != nullptr ? *options.images.set : *model.set;
  LoadOptions load = model.load;
  load.labels = options.images.labels.value_or(&set == model.set ? load.labels : Labels::fine);
  load.most_train = with_train ? options.limit_train : 0;
  load.most_test = options.limit;
  const DataSplit images = find_images(set, options.images, load, options.quiet, progress);
  if (!model.classes.empty() && model.classes != images.classes)
    fail(
        "{} was trained on images of {}, but these images are of {}: name its data with --data-set or --data",
        run, a_few(model.classes), a_few(images.classes));
  const Shape& shape = images.test.images.shape();
  if (Shape{shape[1], shape[2], shape[3]} != load.image)
    fail("{} takes images of {}, but these have {}", run, load.image.to_string(),
         Shape{shape[1], shape[2], shape[3]}.to_string());
  const Device device = options.machine.device();
  const auto on_device = [&](const Dataset& all, const std::optional<std::int64_t>& limit) {
    const Dataset some = limit ? first_images(all, *limit) : all;
    return Dataset{some.images.to(device), some.labels.to(device)};
  };
  loaded.test = on_device(images.test, options.limit);
  if (with_train) loaded.train = on_device(images.train, options.limit_train);
  loaded.classes = images.classes;
  loaded.synthetic = images.name == "synthetic";
  model.network->to(device);
  say(options.quiet, fmt::format("network   {} · {} · {}, {}", model.name, model.norm, name(device),
                                 describe_machine(options.machine)));
  return loaded;
}

Score score_of(const Loaded& loaded, const EvalOptions& options,
               const std::function<void(const Tensor&)>& each_batch = {}) {
  return evaluate(*loaded.model.network, loaded.test, loaded.model.normalization,
                  options.batch_size.value_or(evaluation_batch(options.machine.device())), "testing",
                  each_batch);
}

// The run that the command line names; nothing if it asks for help.
std::optional<std::string> parse(const Program& program, Command command, int argc, const char* const* argv,
                                 EvalOptions& options) {
  std::vector<std::string> runs;
  apply_flags(flags(command), argc, argv, options, &runs);
  if (options.help) return print(help(program, command)), std::nullopt;
  if (runs.size() != 1)
    fail_usage("{0} takes one run folder or model, not {1}; see {0} --help", argv[0], runs.size());
  use_machine(options.machine);
  return runs.front();
}

}  // namespace

int run_eval(const Program& program, int argc, const char* const* argv) {
  EvalOptions options;
  const auto run = parse(program, Command::eval, argc, argv, options);
  if (!run) return 0;
  const Loaded loaded = load(options, *run, false);
  const Clock clock;
  std::vector<Tensor> scores;
  const Score score = score_of(loaded, options, [&](const Tensor& batch) {
    if (options.predictions) scores.push_back(batch);
  });
  const double seconds = clock.seconds();
  if (options.predictions)
    write_predictions(*options.predictions, loaded.classes, loaded.test.labels, rows_of(scores));
  const std::int64_t count = loaded.test.labels.numel();
  print(fmt::format("{}: {}test loss {:.4f}, accuracy {:.2f} % of {} images · {:.2f} s, {:.0f} images/s\n",
                    *run, loaded.synthetic ? "synthetic " : "", score.loss, score.accuracy, count, seconds,
                    rate(static_cast<double>(count), seconds)));
  return 0;
}

int run_recalibrate(const Program& program, int argc, const char* const* argv) {
  EvalOptions options;
  const auto run = parse(program, Command::recalibrate, argc, argv, options);
  if (!run) return 0;
  const Loaded loaded = load(options, *run, true);
  const SavedModel& model = loaded.model;
  const Score before = score_of(loaded, options);
  const int norms = recalibrate(*model.network, loaded.train, model.normalization, options.statistics_batch);
  if (norms == 0) fail("{} has no batch norm with running statistics: there is nothing to recalibrate", *run);
  const Score after = score_of(loaded, options);
  if (options.out)
    save_safetensors(*options.out, model.network->state_dict(), read_safetensors_header(model.file).metadata);
  print(fmt::format(
      "{}: {}test accuracy {:.2f} % before, {:.2f} % after; loss {:.4f} and {:.4f}; {} batch norms, "
      "{} training images{}\n",
      *run, loaded.synthetic ? "synthetic " : "", before.accuracy, after.accuracy, before.loss, after.loss,
      norms, loaded.train.labels.numel(), options.out ? " · " + *options.out : ""));
  return 0;
}

}  // namespace norma
