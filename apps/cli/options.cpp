#include "apps/cli/options.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>

#include "apps/cli/arguments.h"
#include "apps/cli/flags.h"
#include "optim/optimizer.h"
#include "optim/presets.h"

namespace norma {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();
constexpr std::int64_t many = std::numeric_limits<std::int64_t>::max();

SchedulerChoice scheduler_from(const std::string& flag, const std::string& value) {
  const std::vector<std::string> words = split_words(value, ':');
  SchedulerChoice choice{.kind = one_of(flag, words[0], scheduler_kinds())};
  const bool step = choice.kind == "step", plateau = choice.kind == "plateau";
  if (words.size() > (step || plateau ? 3u : 1u))
    fail_usage("--{} takes step:EPOCHS:FACTOR or plateau:PATIENCE:FACTOR, not '{}'", flag, value);
  if (words.size() > 1) {
    const auto epochs =
        static_cast<int>(whole_number(flag + " " + choice.kind, words[1], step ? 1 : 0, 100'000));
    (step ? choice.step_size : choice.patience) = epochs;
  }
  if (words.size() > 2) choice.gamma = number(flag + " " + choice.kind, words[2], 0, 0.999999);
  return choice;
}

// "flip+crop:2+rotate:7" in any order
Augmentation augmentation_from(const std::string& flag, const std::string& value) {
  Augmentation augmentation;
  if (value == "none") return augmentation;
  for (const std::string& word : split_words(value, '+')) {
    const std::vector<std::string> parts = split_words(word, ':');
    const std::string kind = one_of(flag, parts[0], {"none", "flip", "crop", "rotate"});
    if (kind == "none" || parts.size() > (kind == "flip" ? 1u : 2u))
      fail_usage("--{} takes none or some of flip, crop[:PIXELS] and rotate[:DEGREES] joined by +, not '{}'",
                 flag, value);
    if (kind == "flip") augmentation.flip = true;
    if (kind == "crop")
      augmentation.crop = parts.size() > 1 ? whole_number(flag + " crop", parts[1], 0, 1000) : 4;
    if (kind == "rotate")
      augmentation.rotate = parts.size() > 1 ? number(flag + " rotate", parts[1], 0, 180) : 7;
  }
  return augmentation;
}

using O = Options&;
using R = Recipe&;
using S = const std::string&;

const std::vector<Flag<Options>>& network_flags() {
  static const std::vector<Flag<Options>> all = {
      {"Network", "preset", "NAME", "network and recipe; other flags override both; see --list-presets",
       [](O o, S, S v) { o.preset = v; }},
      {"Network", "norm", "NAME", listing(norm_names()) + " (the preset's first)",
       [](O o, S f, S v) { o.network.norm = norm_from(one_of(f, v, norm_names())); }},
      {"Network", "groups", "G", "groups of group norm in every layer (each layer's published count)",
       [](O o, S f, S v) { o.network.groups = whole_number(f, v, 1, many); }},
      {"Network", "ghost", "N", "for bn: so many images share statistics in training (the whole batch)",
       [](O o, S f, S v) { o.network.ghost = whole_number(f, v, 1, many); }},
      {"Network", "bn", "HOW",
       "statistics of bn on several processes: sync, of all images of a step, or local, of those of each "
       "process (sync)",
       [](O o, S f, S v) {
         o.local_statistics = one_of(f, v, {"sync", "local"}) == "local";
       }},
      {"Network", "standardize", "", "scaled weight standardization of the convolutions of all blocks",
       [](O o, S, S) { o.network.standardize = true; }},
      {"Network", "precision", "NAME",
       "how the factors of convolutions are rounded: exact, tf32 or bf16 (exact)",
       [](O o, S f, S v) { o.network.precision = precision_from(f, one_of(f, v, precision_names())); }},
      {"Network", "dropout", "P", "probability of dropout (the preset's)",
       [](O o, S f, S v) { o.network.dropout = number(f, v, 0, 1); }},
  };
  return all;
}

const std::vector<Flag<Recipe>>& recipe_flags() {
  static const std::vector<Flag<Recipe>> all = {
      {"Training", "epochs", "N", "passes over the training set (20)",
       [](R o, S f, S v) { o.epochs = static_cast<int>(whole_number(f, v, 1, most_epochs)); }},
      {"Training", "batch-size", "N", "images per step (128)",
       [](R o, S f, S v) { o.batch_size = whole_number(f, v, 1, 1 << 20); }},
      {"Training", "optimizer", "NAME", "sgd, adam or adamw (sgd)",
       [](R o, S f, S v) { o.optimizer = one_of(f, v, optimizer_kinds()); }},
      {"Training", "lr", "RATE", "learning rate; the peak with onecycle (0.01)",
       [](R o, S f, S v) { o.lr = number(f, v, 0, unlimited); }},
      {"Training", "momentum", "M", "momentum of sgd (0.9)",
       [](R o, S f, S v) { o.momentum = number(f, v, 0, 1); }},
      {"Training", "nesterov", "", "Nesterov momentum", [](R o, S, S) { o.nesterov = true; }},
      {"Training", "weight-decay", "W", "L2 penalty, decoupled with adamw (0)",
       [](R o, S f, S v) { o.weight_decay = number(f, v, 0, unlimited); }},
      {"Training", "l1", "F", "adds F·Σ|p| over all parameters to the loss (0)",
       [](R o, S f, S v) { o.l1 = number(f, v, 0, unlimited); }},
      {"Training", "ema", "D", "average the weights with this decay per step, and test them too (none)",
       [](R o, S f, S v) { o.ema = number(f, v, 0, 0.999999); }},
      {"Training", "scheduler", "NAME",
       "none, step[:EPOCHS[:FACTOR]] (6:0.1), cosine, onecycle or plateau[:PATIENCE[:FACTOR]] on the test "
       "loss (2:0.1) (none)",
       [](R o, S f, S v) { o.scheduler = scheduler_from(f, v); }},
      {"Training", "label-smoothing", "E", "label smoothing of the cross-entropy (0)",
       [](R o, S f, S v) { o.label_smoothing = number(f, v, 0, 1); }},
      {"Training", "augment", "NAMES",
       "none, or some of flip, crop[:PIXELS] and rotate[:DEGREES] joined by +; without a number, crop pads "
       "by 4 pixels and rotate turns by up to 7 degrees (none)",
       [](R o, S f, S v) { o.augmentation = augmentation_from(f, v); }},
      {"Training", "on-nan", "WHAT",
       "when a loss, gradient or statistic is NaN or infinite: stop, skip the step, or continue (stop)",
       [](R o, S f, S v) { o.on_nan = one_of(f, v, on_nan_kinds()); }},
      {"Training", "seed", "N", "random seed of weights, order, dropout and augmentation (1)",
       [](R o, S f, S v) { o.seed = static_cast<std::uint64_t>(whole_number(f, v, 0, many)); }},
  };
  return all;
}

const std::vector<Flag<Options>>& image_flags() {
  static const std::vector<Flag<Options>> all = {
      {"Data", "normalize", "HOW", "published constants, or auto: measure the training images (published)",
       [](O o, S f, S v) {
         o.measure_normalization = one_of(f, v, {"published", "auto"}) == "auto";
       }},
      {"Data", "val-split", "SHARE",
       "share of the training images to hold out for validation, or for the test if a folder has no test/ "
       "(0)",
       [](O o, S f, S v) { o.val_split = number(f, v, 0, 0.9); }},
      {"Data", "limit-train", "N", "train on the first N images only",
       [](O o, S f, S v) { o.limit_train = whole_number(f, v, 1, many); }},
      {"Data", "limit-test", "N", "test on the first N images only",
       [](O o, S f, S v) { o.limit_test = whole_number(f, v, 1, many); }},
  };
  return all;
}

const std::vector<Flag<Options>>& check_flags() {
  static const std::vector<Flag<Options>> all = {
      {"Machine", "cross-check", "",
       "before every step, compare each layer on the device with the cpu; stop at the first mismatch",
       [](O o, S, S) { o.cross_check = true; }},
      {"Machine", "no-fuse", "",
       "run norm, ReLU and dropout one after the other, not in one pass; the result is the same",
       [](O o, S, S) { o.no_fuse = true; }},
      {"Machine", "no-graph", "",
       "with --device simt or cuda: ask for every kernel of every step, instead of repeating a recorded "
       "step; "
       "the result is the same",
       [](O o, S, S) { o.no_graph = true; }},
  };
  return all;
}

const std::vector<Flag<Options>>& output_flags() {
  static const std::vector<Flag<Options>> all = {
      {"Output", "profile", "",
       "print the time of a step by operation and direction, and the limits of the machine",
       [](O o, S, S) { o.profile = true; }},
      {"Output", "out", "DIR", "run folder (a new one under runs/)",
       [](O o, S f, S v) { o.out = not_empty(f, v); }},
      {"Output", "resume", "",
       "continue the run in --out from its last checkpoint; the result has the same bits as without the "
       "interruption",
       [](O o, S, S) { o.resume = true; }},
      {"Output", "checkpoint-every", "N",
       "write a checkpoint after every N steps; one is always written after an epoch",
       [](O o, S f, S v) { o.checkpoint_every = whole_number(f, v, 1, many); }},
      {"Output", "checkpoint-minutes", "M",
       "write a checkpoint when M minutes have passed since the last one; 0: never (5)",
       [](O o, S f, S v) { o.checkpoint_minutes = number(f, v, 0, unlimited); }},
      {"Output", "tensorboard", "", "also write the numbers of metrics.jsonl as event files for TensorBoard",
       [](O o, S, S) { o.tensorboard = true; }},
      {"Output", "max-params", "N", "refuse to train a network with more parameters",
       [](O o, S f, S v) { o.max_params = whole_number(f, v, 0, many); }},
      {"Output", "list-presets", "",
       "print every preset with its published and its measured accuracy, and end",
       [](O o, S, S) { o.list_presets = true; }},
      {"Output", "summary", "", "print the layer table and end", [](O o, S, S) { o.summary = true; }},
      {"Output", "quiet", "", "print the last line only", [](O o, S, S) { o.quiet = true; }},
      {"Output", "version", "", "print the version and end", [](O o, S, S) { o.version = true; }},
      {"Output", "help", "", "print this text and end", [](O o, S, S) { o.help = true; }},
  };
  return all;
}

void check_together(const Options& options) {
  if (options.cross_check && options.machine.device() == Device::cpu)
    fail_usage("--cross-check compares a device with the cpu: add --device simt or cuda");
  if (options.no_graph && on_host(options.machine.device()))
    fail_usage("--no-graph has no effect on the device {}: only simt and cuda repeat recorded steps",
               name(options.machine.device()));
  if (options.recipe.nesterov && (options.recipe.momentum == 0 || options.recipe.optimizer != "sgd"))
    fail_usage("--nesterov needs --optimizer sgd and a --momentum above 0");
  if (options.resume && options.out.empty())
    fail_usage("--resume continues an interrupted run: name its folder with --out");
}

const Preset& preset_for(const KnownDataSet& set, const std::string& name) {
  const Preset& preset = find_preset(one_of("preset", name, preset_names()));
  if (!takes(preset, set))
    fail_usage("--preset {} takes images of {}, but {} has {}: add --data-set {}", name,
               preset.data->image.to_string(), set.title, set.image.to_string(), preset.data->name);
  return preset;
}

bool has_layer(const Module& network, const std::function<bool(const std::string& description)>& wanted) {
  if (network.children().empty()) return wanted(network.description());
  return std::any_of(network.children().begin(), network.children().end(),
                     [&](const auto& child) { return has_layer(*child.second, wanted); });
}

bool has_dropout(Options options) {
  options.network.dropout.reset();
  return has_layer(*make_network(options), [](const std::string& d) { return d.starts_with("Dropout"); });
}

bool is_standardized(Options options) {
  options.network.standardize = false;
  return has_layer(*make_network(options),
                   [](const std::string& d) { return d.find("standardize=True") != std::string::npos; });
}

}  // namespace

bool concerns(const std::string& flag, Norm norm) {
  static const std::map<std::string, bool NormTraits::*> traits = {
      {"groups", &NormTraits::grouped}, {"ghost", &NormTraits::ghosts}, {"bn", &NormTraits::local}};
  const auto trait = traits.find(flag);
  return trait == traits.end() || row_of(norm).traits.*trait->second;
}

std::string norms_with(const std::string& flag) {
  std::vector<std::string> names;
  for (const NormRow& row : all_norms())
    if (concerns(flag, row.norm)) names.push_back(row.name);
  return listing(names);
}

const std::vector<Flag<Options>>& training_flags() {
  static const auto all = joined<Options>(
      {network_flags(), of_part(recipe_flags(), &Options::recipe),
       of_part(data_set_flags(), &Options::images), of_part(data_flags(), &Options::images), image_flags(),
       of_part(machine_flags(), &Options::machine), check_flags(), output_flags()});
  return all;
}

Options preset_options(const std::string& name, std::optional<Norm> norm) {
  const Preset& preset = find_preset(name);
  Options options;
  options.preset = name;
  options.network.norm = norm.value_or(preset.rows.front().norm);
  options.images.set = preset.data;
  options.recipe = preset.recipe(options.network.norm);
  return options;
}

Options options_from(const FlagWords& words, const Program& program, std::optional<Norm> norm) {
  Options
      asked;  // The flags are applied twice, because two of them choose the recipe that the others change.
  const std::vector<std::string> words_given = apply_words(training_flags(), words, asked);
  const auto given = [&](const char* flag) {
    return std::find(words_given.begin(), words_given.end(), flag) != words_given.end();
  };
  if (!norm && given("norm")) norm = asked.network.norm;
  const KnownDataSet& set = asked.images.set != nullptr ? *asked.images.set : *program.data;
  const Preset& preset = given("preset") ? preset_for(set, asked.preset) : default_preset(set);
  Options options = preset_options(preset.name, norm);
  options.images.set = &set;
  const std::int64_t classes = classes_of(set, asked.images.labels.value_or(Labels::fine));
  if (classes > 0) options.network.classes = classes;  // for a folder, known after loading
  // The recipe's learning rate and Nesterov momentum are only for its own optimizer.
  if (given("optimizer") && asked.recipe.optimizer != options.recipe.optimizer)
    options.recipe.lr = AdamOptions().lr, options.recipe.nesterov = false;
  apply_words(training_flags(), words, options);
  if (norm) options.network.norm = *norm;
  for (const std::string& flag : words_given)
    if (!concerns(flag, options.network.norm))
      fail_usage("--{} is only for --norm {}, not for --norm {}", flag, norms_with(flag),
                 name(options.network.norm));
  check_together(options);
  const Recipe& recipe = options.recipe;
  if (given("momentum") && recipe.optimizer != "sgd")
    fail_usage("--momentum is for --optimizer sgd, and has no effect with {}", recipe.optimizer);
  if (given("momentum") && recipe.scheduler.kind == "onecycle")
    fail_usage(
        "--momentum has no effect with the scheduler onecycle, which sets it: leave it out, or add "
        "--scheduler none");
  if (given("dropout") && !has_dropout(options))
    fail_usage("--dropout has no effect: the preset {} has no dropout layers", preset.name);
  if (given("standardize") && is_standardized(options))
    fail_usage("--standardize has no effect: the preset {} standardizes its convolutions already",
               preset.name);
  return options;
}

Options parse_options(int argc, const char* const* argv, const Program& program) {
  return options_from(cut_flags(texts_of(training_flags()), argc, argv, nullptr), program);
}

std::string help_text(const Program& program) {
  const std::string& name = program.name;
  std::string text = fmt::format(
      "{0} trains a small CNN with the normalization of your choice, on {1} or,\n"
      "with --data-set, on other images.\n\n"
      "Usage: {0} [flags]\n",
      name, program.data->title);
  text += fmt::format(
      "       {0} eval RUN [flags]      scores a trained network\n"
      "       {0} recalibrate RUN       computes the statistics of its batch norms anew\n"
      "       {0} compare [flags]       trains with several norms, side by side\n"
      "       {0} study WHAT [flags]    varies batch size or groups\n"
      "       (each has its own --help)\n",
      name);
  text += flags_help(texts_of(training_flags()));
  text += fmt::format(
      "\nIn brackets: the common recipe of the published presets. The default preset is {}, with\n{}.\n"
      "\nExamples:\n",
      default_preset(*program.data).name,
      to_string(preset_options(default_preset(*program.data).name).recipe));
  text +=
      name == cifar_norm.name
          ? "  cifar_norm --norm gn --groups 4            group norm, 20 epochs\n"
            "  cifar_norm --preset skip-37108 --norm gn   a published network with its recipe\n"
            "  cifar_norm --norm ln-chw --summary         the layer table, no training\n"
            "  cifar_norm --norm bn --scheduler onecycle --lr 0.05 --augment flip+crop --epochs 10\n"
            "  cifar_norm --data synthetic --epochs 2     no download: the built-in images\n"
            "  cifar_norm --norm gn --batch-size 4 --limit-train 5000\n"
            "  cifar_norm --data-set cifar100 --norm gn   100 classes; --labels coarse: 20\n"
            "  cifar_norm --data-set folder --data DIR    your own images, one folder per class\n"
          : "  mnist_norm --norm gn                       group norm, 20 epochs, digits turned by up to 7°\n"
            "  mnist_norm --norm ln --augment none        the same digits every epoch\n"
            "  mnist_norm --data synthetic --epochs 2     no download: digits drawn by a formula\n";
  return text +
         "\nA run folder contains report.html, which shows the run; config.json; metrics.jsonl and\n"
         "norm_statistics.jsonl (one line per epoch); model.safetensors; and two pictures.\n"
         "Exit status: 0 trained, 1 failed, 2 wrong command line, 130 interrupted by Ctrl-C.\n";
}

std::shared_ptr<Sequential> make_network(const Options& options) {
  return find_preset(options.preset).network(options.network);
}

const Shape& image_of(const Options& options) { return find_preset(options.preset).data->image; }

LoadOptions load_options(const Options& options) {
  LoadOptions load{
      .labels = options.images.labels.value_or(Labels::fine), .image = image_of(options), .hold_out = {}};
  if (options.val_split > 0)
    load.hold_out = HeldOut{options.val_split, options.recipe.seed};
  else
    load.most_train = options.limit_train;
  load.most_test = options.limit_test;
  return load;
}

std::string norm_label(const NetworkChoice& network) {
  return norm_label(name(network.norm), network.groups, network.ghost, network.standardize,
                    network.precision);
}

}  // namespace norma
