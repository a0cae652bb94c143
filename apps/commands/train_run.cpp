#include "apps/commands/train_run.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/cli/find_images.h"
#include "apps/report/pages/report.h"
#include "apps/run/norm_statistics_json.h"
#include "apps/run/run_config.h"
#include "apps/run/run_folder.h"
#include "core/device_memory.h"
#include "core/random.h"
#include "layers/fusion.h"
#include "layers/safetensors.h"
#include "layers/summary.h"
#include "optim/cross_check.h"
#include "optim/norm_statistics.h"
#include "optim/presets.h"
#include "optim/tensorboard.h"

namespace norma {
namespace {

using Json = nlohmann::ordered_json;

// The images to train and test on, after splitting, limiting and measuring.
TrainingData prepare(DataSplit split_data, const Options& options) {
  TrainingData data{std::move(split_data.train), std::move(split_data.test), {}, {}};
  if (options.val_split > 0 && !split_data.held_out) {
    const double share = options.val_split * static_cast<double>(data.train.labels.numel());
    if (share < 0.5)
      fail_usage("--val-split {} holds out no image of {}", options.val_split, data.train.labels.numel());
    auto [rest, held_out] = split(data.train, options.val_split, options.recipe.seed);
    data.train = rest;
    data.validation = held_out;
  }
  if (options.limit_train) data.train = first_images(data.train, *options.limit_train);
  if (options.limit_test) data.test = first_images(data.test, *options.limit_test);
  data.normalization = options.measure_normalization ? measure_normalization(data.train)
                                                     : normalization_of(*options.images.set, data.train);
  for (Dataset* set : {&data.train, &data.test, data.validation ? &*data.validation : nullptr})
    if (set != nullptr)
      *set = {set->images.to(options.machine.device), set->labels.to(options.machine.device)};
  return data;
}

std::string describe(const Normalization& n, const Options& options) {
  const bool published = !options.measure_normalization && !options.images.set->normalization.mean.empty();
  return fmt::format("mean ({:.4f}), std ({:.4f}), {}", fmt::join(n.mean, ", "), fmt::join(n.std, ", "),
                     published ? "published" : "measured");
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
  std::string diverged = {};
  EpochResult last = {};             // where it stopped …
  std::int64_t step = 0, steps = 0;  // … in which step of that epoch
};

// Fills `outcome` as it goes, so that what was reached is known where it throws.
void train(Trainer& trainer, const Options& options, RunFolder& folder, const std::string& data_name,
           const std::function<void(int epoch)>& after_epoch, Progress& progress, Outcome& outcome) {
  const Clock clock;
  std::optional<EventFile> events;
  if (options.tensorboard) events.emplace(folder.path());
  for (int epoch = 1; epoch <= options.recipe.epochs; ++epoch) {
    const EpochResult result = trainer.run_epoch([&](const StepReport& r) {
      outcome.step = r.step, outcome.steps = r.steps;
      if (!progress.due()) return !interrupted();
      const double share = static_cast<double>(r.step) / static_cast<double>(r.steps);
      const Score& running = r.running.look();
      const double done = (r.epoch - 1 + share) / options.recipe.epochs;
      progress.show(
          share, fmt::format("epoch {:2}/{}", r.epoch, options.recipe.epochs),
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
    after_epoch(epoch);
    if (events) events->write(result.epoch, scalars_of(result));
    say(options.quiet, epoch_line(result, options.recipe.epochs));
    if (interrupted()) {
      outcome.stopped = epoch < options.recipe.epochs;
      break;
    }
  }
}

// train(), with divergence as one of its outcomes.
Outcome train_to_an_end(Trainer& trainer, const Options& options, RunFolder& folder,
                        const std::string& data_name, const std::function<void(int epoch)>& after_epoch,
                        Progress& progress) {
  Outcome outcome;
  try {
    train(trainer, options, folder, data_name, after_epoch, progress, outcome);
  } catch (const Diverged& e) {
    progress.clear();
    outcome.diverged = e.what();
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
    const EpochResult& best = best_epoch(outcome.epochs);
    text += fmt::format("{}test accuracy last {:.2f} %, best {:.2f} % (epoch {})", label,
                        outcome.epochs.back().test.accuracy, best.test.accuracy, best.epoch);
    if (const auto& validation = outcome.epochs.back().validation)
      text += fmt::format(", validation accuracy last {:.2f} %", validation->accuracy);
  }
  return text + fmt::format(" · {} parameters · {} · {}", with_commas(summary.parameters), duration(seconds),
                            folder.path().string());
}

// For the probe, which looks at the network as it is without dropout.
std::shared_ptr<Module> twin_without_dropout(Options options) {
  options.network.dropout = 0;
  return make_network(options);
}

// Before the first epoch: what will be trained on what, and how.
void announce(const Options& options, const std::string& data_name, const TrainingData& data,
              std::int64_t steps) {
  say(options.quiet,
      fmt::format("images    {}: {} to train, {} to test{}; {}", data_name,
                  with_commas(data.train.labels.numel()), with_commas(data.test.labels.numel()),
                  data.validation ? ", " + with_commas(data.validation->labels.numel()) + " to validate" : "",
                  describe(data.normalization, options)));
  say(options.quiet,
      fmt::format("training  epochs {}, steps {} per epoch, batches of {}, {} lr {}, scheduler {}, augment "
                  "{}, seed {}",
                  options.recipe.epochs, steps, options.recipe.batch_size, options.recipe.optimizer,
                  options.recipe.lr, to_string(options.recipe.scheduler),
                  to_string(options.recipe.augmentation), options.recipe.seed));
}

// The page and the pictures of what the folder holds, and of what the network said of the test images.
void report(const RunFolder& folder, const std::vector<float>& scores, const Dataset& test,
            const Summary& summary, const std::vector<std::string>& classes, bool quiet) {
  ReportData data{
      read_run(folder.path()), summary, {test.images.to(Device::cpu), test.labels.to(Device::cpu)}, classes};
  if (!scores.empty()) data.predictions = predictions_of(test.labels, scores, classes.size());
  say(quiet, "report    " + write_report(data, folder.path()).string());
}

// Whether the weights are whole, and those of the run that the configuration describes.
bool weights_fit(const std::filesystem::path& folder, const Json& config) {
  Metadata metadata;
  load_safetensors(folder / "model.safetensors", &metadata);
  return same_recipe(config, Json::parse(metadata["config"]));
}

// The run that the configuration describes, where the folder holds all of it, undamaged.
std::optional<RunResult> finished_run(const std::filesystem::path& folder, const Json& config) {
  if (!is_run(folder)) return {};
  try {
    const SavedRun run = read_run(folder);
    if (!same_recipe(config, run.config) || !run.complete()) return {};
    if (run.diverged().empty() && !weights_fit(folder, config)) return {};
    return RunResult{run.epochs, false, run.diverged(), folder};
  } catch (const Error&) {
    return {};
  } catch (const Json::exception&) {
    return {};
  }
}

}  // namespace

void check_size(const Summary& summary, const Options& options) {
  if (!options.max_params || summary.parameters <= *options.max_params) return;
  const std::int64_t limit = *options.max_params;
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

void check_out(const std::filesystem::path& out) {
  if (!out.empty() && std::filesystem::exists(out) && !std::filesystem::is_directory(out))
    fail("--out {} is a file; name a folder", out.string());
}

DataSplit find_images(const Options& options, Progress& progress) {
  return find_images(*options.images.set, options.images, load_options(options), options.quiet, progress);
}

RunResult train_run(const Options& asked, const DataSplit& images, const std::string& command,
                    Progress& progress, Finished finished, const std::function<void()>& before_training) {
  const Clock clock;
  Options options = asked;
  options.network.classes = static_cast<std::int64_t>(images.classes.size());
  std::optional<NoFusion> no_fusion;
  if (options.no_fuse) no_fusion.emplace();
  manual_seed(options.recipe.seed);
  const auto network = make_network(options);
  const Summary summary = summarize(*network, image_of(options));
  check_size(summary, options);
  const TrainingData data = prepare(images, options);
  Json config = config_of(options, images, data, summary, command);
  if (finished == Finished::keep)
    if (auto kept = finished_run(options.out, config)) {
      say(options.quiet, "kept      " + options.out + " holds this run");
      return *kept;
    }
  if (before_training) before_training();
  Trainer trainer(network, data, options.recipe);
  std::optional<CrossCheck> cross_check;
  if (options.cross_check)
    trainer.before_each_step(
        std::ref(cross_check.emplace([&] { return make_network(options); }, options.machine.device)));
  StepProfile profile;
  if (options.profile) trainer.set_profile(&profile);
  RunFolder folder(options.out, fmt::format("{}-{}", options.preset, norm_label(options.network)));
  folder.write_config(config);
  if (!folder.put_aside().empty()) say(options.quiet, "note      " + folder.put_aside());
  announce(options, images.name, data, trainer.steps_per_epoch());

  NormProbe probe(twin_without_dropout(options), data, options.recipe);
  const auto look = [&](int epoch) { folder.append_norm_statistics(json_of(probe.look(*network, epoch))); };
  look(0);
  const Outcome outcome = train_to_an_end(trainer, options, folder, images.name, look, progress);
  if (outcome.diverged.empty())
    folder.write_model(*network, config);
  else
    folder.write_config((config["diverged"] = outcome.diverged, config));
  if (options.profile)
    fmt::print("\n{}\n", profile.table(measure_ceilings(options.machine.device, DType::float32)));
  if (cross_check) say(options.quiet, "checked   " + cross_check->summary());
  report(folder, outcome.diverged.empty() ? trainer.test_scores() : std::vector<float>(), data.test, summary,
         images.classes, options.quiet);
  if (outcome.diverged.empty())
    fmt::print("{}\n", last_line(outcome, summary, images.name, clock.seconds(), folder));
  return {outcome.epochs, outcome.stopped, outcome.diverged, folder.path()};
}

}  // namespace norma
