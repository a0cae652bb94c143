// cifar_norm: trains a small CNN on CIFAR-10 with the normalization of your choice.
//
//   cifar_norm --norm gn --groups 4        trains
//   cifar_norm eval runs/gn4               scores what was trained (apps/eval.h)
//
// The way of a run: options → network → data → epochs → run folder. README.md shows one, --help lists the
// flags.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/arguments.h"
#include "apps/cross_check.h"
#include "apps/eval.h"
#include "apps/images.h"
#include "apps/options.h"
#include "apps/presets.h"
#include "apps/run_folder.h"
#include "apps/tensorboard.h"
#include "apps/training.h"
#include "core/device_memory.h"
#include "core/parallel.h"
#include "core/random.h"
#include "data/download.h"
#include "kernels/simd_target.h"
#include "layers/fusion.h"
#include "layers/summary.h"

namespace norma {
namespace {

constexpr const char* network_name = "c11-48096";
using Json = nlohmann::ordered_json;

std::string norm_label(const Options& options) {
  const std::string groups = options.network.groups ? std::to_string(*options.network.groups) : "";
  return name(options.network.norm) + groups;
}

void check_size(const Summary& summary, std::int64_t limit) {
  if (summary.parameters <= limit) return;
  std::vector<LayerRow> layers = summary.layers;
  std::stable_sort(layers.begin(), layers.end(),
                   [](const LayerRow& a, const LayerRow& b) { return a.parameters > b.parameters; });
  std::string largest;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, layers.size()); ++i)
    largest +=
        fmt::format("{}{} ({})", i == 0 ? "" : ", ", layers[i].path, with_commas(layers[i].parameters));
  fail("this network has {} parameters, {} more than --max-params {}; its largest layers are {}",
       with_commas(summary.parameters), with_commas(summary.parameters - limit), with_commas(limit), largest);
}

// The images to train and test on, after splitting, limiting and measuring.
TrainingData prepare(DataSplit split_data, const Options& options) {
  TrainingData data{std::move(split_data.train), std::move(split_data.test), {}, cifar10_normalization};
  if (options.val_split > 0) {
    const double share = options.val_split * static_cast<double>(data.train.labels.numel());
    if (share < 0.5)
      fail_usage("--val-split {} holds out no image of {}", options.val_split, data.train.labels.numel());
    auto [rest, held_out] = split(data.train, options.val_split, options.seed);
    data.train = rest;
    data.validation = held_out;
  }
  if (options.limit_train) data.train = first_images(data.train, *options.limit_train);
  if (options.limit_test) data.test = first_images(data.test, *options.limit_test);
  if (options.measure_normalization) data.normalization = measure_normalization(data.train);
  for (Dataset* set : {&data.train, &data.test, data.validation ? &*data.validation : nullptr})
    if (set != nullptr) *set = {set->images.to(options.device), set->labels.to(options.device)};
  return data;
}

std::string describe(const Normalization& n, bool measured) {
  return fmt::format("mean ({:.4f}, {:.4f}, {:.4f}), std ({:.4f}, {:.4f}, {:.4f}), {}", n.mean[0], n.mean[1],
                     n.mean[2], n.std[0], n.std[1], n.std[2], measured ? "measured" : "published");
}

Json config_of(const Options& o, const DataSplit& split_data, const TrainingData& data,
               const Summary& summary, const std::string& command) {
  const auto& norm = o.network;
  return {{"program", "cifar_norm"},
          {"version", NORMA_VERSION},
          {"command", command},
          {"data",
           {{"name", split_data.name},
            {"synthetic", split_data.name == "synthetic"},
            {"train_images", data.train.labels.numel()},
            {"validation_images", data.validation ? data.validation->labels.numel() : 0},
            {"test_images", data.test.labels.numel()},
            {"classes", split_data.classes},
            {"normalization_mean", data.normalization.mean},
            {"normalization_std", data.normalization.std},
            {"augment", to_string(o.augmentation)}}},
          {"network",
           {{"name", network_name},
            {"norm", name(norm.norm)},
            {"groups", norm.groups ? Json(*norm.groups) : Json(nullptr)},
            {"dropout", norm.dropout ? Json(*norm.dropout) : Json(0.05)},
            {"parameters", summary.parameters},
            {"multiply_adds", summary.multiply_adds()}}},
          {"training",
           {{"epochs", o.epochs},
            {"batch_size", o.batch_size},
            {"optimizer", o.optimizer},
            {"lr", o.lr},
            {"momentum",
             o.scheduler.kind == "onecycle" ? Json("cycled from 0.95 to 0.85 and back") : Json(o.momentum)},
            {"nesterov", o.nesterov},
            {"weight_decay", o.weight_decay},
            {"l1", o.l1},
            {"scheduler", to_string(o.scheduler)},
            {"label_smoothing", o.label_smoothing},
            {"seed", o.seed}}},
          {"machine", {{"device", name(o.device)}, {"threads", threads()}, {"simd", simd_target()}}}};
}

Json metrics_of(const EpochResult& r, const std::string& data_name) {
  Json line = {{"epoch", r.epoch},           {"lr", r.lr},
               {"train_loss", r.train.loss}, {"train_accuracy", r.train.accuracy},
               {"test_loss", r.test.loss},   {"test_accuracy", r.test.accuracy},
               {"seconds", r.seconds},       {"images_per_second", r.images_per_second},
               {"data", data_name}};
  if (r.validation) {
    line["validation_loss"] = r.validation->loss;
    line["validation_accuracy"] = r.validation->accuracy;
  }
  return line;
}

std::string epoch_line(const EpochResult& r, int epochs) {
  std::string text =
      fmt::format("epoch {:2}/{}  train loss {:.4f} acc {:5.2f} %  test loss {:.4f} acc {:5.2f} %", r.epoch,
                  epochs, r.train.loss, r.train.accuracy, r.test.loss, r.test.accuracy);
  if (r.validation)
    text += fmt::format("  val loss {:.4f} acc {:5.2f} %", r.validation->loss, r.validation->accuracy);
  return text + fmt::format("  {:.1f} s  {:.0f} images/s  lr {:.3g}", r.seconds, r.images_per_second, r.lr);
}

struct Outcome {
  std::vector<EpochResult> epochs;  // finished ones
  bool stopped = false;
  EpochResult last = {};             // where it stopped …
  std::int64_t step = 0, steps = 0;  // … in which step of that epoch
};

Outcome train(Trainer& trainer, const Options& options, RunFolder& folder, const std::string& data_name,
              Progress& progress) {
  Outcome outcome;
  const Clock clock;
  std::optional<EventFile> events;
  if (options.tensorboard) events.emplace(folder.path());
  for (int epoch = 1; epoch <= options.epochs; ++epoch) {
    const EpochResult result = trainer.run_epoch([&](const StepReport& r) {
      outcome.step = r.step, outcome.steps = r.steps;
      if (!progress.due()) return !interrupted();
      const double share = static_cast<double>(r.step) / static_cast<double>(r.steps);
      const Score& running = r.running.look();
      const double done = (r.epoch - 1 + share) / options.epochs;
      progress.show(
          share, fmt::format("epoch {:2}/{}", r.epoch, options.epochs),
          fmt::format("loss {:.4f}  acc {:5.2f} %  {:.0f} images/s  {} left", running.loss, running.accuracy,
                      r.images_per_second, duration(clock.seconds() * (1 / done - 1))));
      return !interrupted();
    });
    progress.clear();
    outcome.last = result;
    if (trainer.stopped()) {
      outcome.stopped = true;
      break;
    }
    outcome.epochs.push_back(result);
    folder.append_metrics(metrics_of(result, data_name));
    if (events) events->write(result.epoch, scalars_of(result));
    say(options.quiet, epoch_line(result, options.epochs));
    if (interrupted()) {
      outcome.stopped = epoch < options.epochs;
      break;
    }
  }
  return outcome;
}

std::string last_line(const Outcome& outcome, const Summary& summary, const std::string& data_name,
                      double seconds, const RunFolder& folder) {
  const std::string label = data_name == "synthetic" ? "synthetic " : "";
  std::string text = outcome.stopped
                         ? fmt::format("interrupted in epoch {} after step {} of {}: ", outcome.last.epoch,
                                       outcome.step, outcome.steps)
                         : "done: ";
  if (outcome.epochs.empty()) {
    text += fmt::format("no epoch finished, {}train accuracy so far {:.2f} %", label,
                        outcome.last.train.accuracy);
  } else {
    const auto best = std::max_element(
        outcome.epochs.begin(), outcome.epochs.end(),
        [](const EpochResult& a, const EpochResult& b) { return a.test.accuracy < b.test.accuracy; });
    text += fmt::format("{}test accuracy last {:.2f} %, best {:.2f} % (epoch {})", label,
                        outcome.epochs.back().test.accuracy, best->test.accuracy, best->epoch);
    if (const auto& validation = outcome.epochs.back().validation)
      text += fmt::format(", validation accuracy last {:.2f} %", validation->accuracy);
  }
  return text + fmt::format(" · {} parameters · {} · {}", with_commas(summary.parameters), duration(seconds),
                            folder.path().string());
}

int run(const Options& options, const std::string& command) {
  const Clock clock;
  if (options.threads > 0) set_threads(options.threads);
  require_available(options.device);
  if (!options.simd.empty()) limit_simd(options.simd);
  std::optional<NoFusion> no_fusion;
  if (options.no_fuse) no_fusion.emplace();
  manual_seed(options.seed);
  const auto network = c11_48096(options.network);
  const Summary summary = summarize(*network, {3, 32, 32});
  if (options.max_params) check_size(summary, *options.max_params);
  if (options.summary) {
    fmt::print("{}", summary.to_string());
    return 0;
  }

  if (!options.out.empty() && std::filesystem::exists(options.out) &&
      !std::filesystem::is_directory(options.out))
    fail("--out {} is a file; name a folder", options.out);
  watch_for_interrupt();
  Progress progress(options.quiet);
  say(options.quiet,
      fmt::format("cifar_norm {} · {} · {} · {} parameters · {} threads, {}", NORMA_VERSION, network_name,
                  norm_label(options), with_commas(summary.parameters), threads(), simd_target()));
  const DataSplit loaded = find_cifar10({options.data, options.mirror, options.quiet}, progress);
  const TrainingData data = prepare(loaded, options);
  Trainer trainer(network, data, options);
  std::optional<CrossCheck> cross_check;
  if (options.cross_check)
    trainer.before_each_step(
        std::ref(cross_check.emplace([&] { return c11_48096(options.network); }, options.device)));
  StepProfile profile;
  if (options.profile) trainer.set_profile(&profile);
  RunFolder folder(options.out, fmt::format("{}-{}", network_name, norm_label(options)));
  const Json config = config_of(options, loaded, data, summary, command);
  folder.write_config(config);
  if (!folder.put_aside().empty()) say(options.quiet, "note      " + folder.put_aside());
  say(options.quiet,
      fmt::format("images    {}: {} to train, {} to test{}; {}", loaded.name,
                  with_commas(data.train.labels.numel()), with_commas(data.test.labels.numel()),
                  data.validation ? ", " + with_commas(data.validation->labels.numel()) + " to validate" : "",
                  describe(data.normalization, options.measure_normalization)));
  say(options.quiet,
      fmt::format("training  epochs {}, steps {} an epoch, batches of {}, {} lr {}, scheduler {}, augment "
                  "{}, seed {}",
                  options.epochs, trainer.steps_per_epoch(), options.batch_size, options.optimizer,
                  options.lr, to_string(options.scheduler), to_string(options.augmentation), options.seed));

  const Outcome outcome = train(trainer, options, folder, loaded.name, progress);
  folder.write_model(*network, config);
  if (options.profile) fmt::print("\n{}\n", profile.table(measure_ceilings(options.device, DType::float32)));
  if (cross_check) say(options.quiet, "checked   " + cross_check->summary());
  fmt::print("{}\n", last_line(outcome, summary, loaded.name, clock.seconds(), folder));
  return outcome.stopped ? interrupt_status() : 0;
}

}  // namespace
}  // namespace norma

int main(int argc, char** argv) {
  try {
    if (argc > 1 && std::string(argv[1]) == "eval") return norma::run_eval(argc - 1, argv + 1);
    const norma::Options options = norma::parse_options(argc, argv);
    if (options.help) return fmt::print("{}", norma::help_text()), 0;
    if (options.version) return fmt::print("cifar_norm {}\n", NORMA_VERSION), 0;
    std::string command = "cifar_norm";
    for (int i = 1; i < argc; ++i) command += " " + norma::quoted(argv[i]);
    return norma::run(options, command);
  } catch (const norma::UsageError& e) {
    fmt::print(stderr, "cifar_norm: {}\n", e.what());
    return 2;
  } catch (const norma::Interrupted& e) {
    fmt::print(stderr, "cifar_norm: {}\n", e.what());
    return norma::interrupt_status();
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "cifar_norm: not enough memory; try a smaller --batch-size\n");
    return 1;
  } catch (const std::exception& e) {
    fmt::print(stderr, "cifar_norm: {}\n", e.what());
    return 1;
  }
}
