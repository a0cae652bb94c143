#include "apps/commands/train_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/cli/arguments.h"
#include "apps/cli/find_images.h"
#include "apps/cli/run_app.h"
#include "apps/commands/follow.h"
#include "apps/report/pages/report.h"
#include "apps/run/run_config.h"
#include "core/device_memory.h"
#include "core/random.h"
#include "layers/fusion.h"
#include "layers/safetensors.h"
#include "layers/summary.h"
#include "optim/cross_check.h"
#include "optim/norm_statistics.h"
#include "optim/presets.h"
#include "optim/run/metrics_json.h"
#include "optim/run/norm_statistics_json.h"
#include "optim/run/run_folder.h"
#include "optim/run/saved_run.h"
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
  check_normalization(
      data.normalization, data.train.images.size(1),
      options.measure_normalization ? "--normalize auto: the training set" : "the normalization");
  for (Dataset* set : {&data.train, &data.test, data.validation ? &*data.validation : nullptr})
    if (set != nullptr)
      *set = {set->images.to(options.machine.device()), set->labels.to(options.machine.device())};
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
  if (r.averaged) text += fmt::format("  ema acc {:5.2f} %", r.averaged->accuracy);
  return text + fmt::format("  {:.1f} s  {:.0f} images/s  lr {:.3g}", r.seconds, r.images_per_second, r.lr);
}

// What a run is asked for, and the folder that it fills.
struct Run {
  const Options& options;
  const DataSplit& images;
  Json config;
  const RunHooks& hooks;
  RunFolder folder;
};

struct Outcome {
  std::vector<EpochResult> epochs;  // finished ones
  bool stopped = false;
  std::string diverged = {};
  EpochResult last = {};             // of the epoch in which it stopped
  std::int64_t step = 0, steps = 0;  // the last step of that epoch, and the number of steps in an epoch
};

// Writes checkpoints within an epoch: after every N steps, and when M minutes have passed since the last one.
class CheckpointTimer {
 public:
  CheckpointTimer(Run& run, Trainer& trainer) : run_(run), trainer_(trainer) {}

  void after_step() {
    const Options& o = run_.options;
    const bool by_steps = o.checkpoint_every && trainer_.steps_done() % *o.checkpoint_every == 0;
    if (by_steps || (o.checkpoint_minutes > 0 && clock_.seconds() >= 60 * o.checkpoint_minutes)) write();
  }
  void write() {
    run_.folder.write_checkpoint(run_.config, trainer_.state_dict());
    clock_ = Clock();
  }

 private:
  Run& run_;
  Trainer& trainer_;
  Clock clock_;
};

// Shows the progress of the training, if it is time to.
void show(Progress& progress, const StepReport& r, int epochs, const Clock& clock, double done_before) {
  if (!progress.due()) return;
  const double share = static_cast<double>(r.step) / static_cast<double>(r.steps);
  const Score& running = r.running.look();
  const double done = (r.epoch - 1 + share) / epochs;
  progress.show(share, fmt::format("epoch {:2}/{}", r.epoch, epochs),
                fmt::format("loss {:.4f}  acc {:5.2f} %  {:.0f} images/s  {} left", running.loss,
                            running.accuracy, r.images_per_second,
                            duration(clock.seconds() * (1 - done) / std::max(done - done_before, 1e-12))));
}

// Fills `outcome` step by step, so that the results so far are known if it throws.
void train(Trainer& trainer, Run& run, const std::function<void(int epoch)>& after_epoch, Progress& progress,
           Outcome& outcome) {
  const Options& options = run.options;
  const int epochs = options.recipe.epochs;
  const Clock clock;
  const double done_before = trainer.share_done();
  CheckpointTimer checkpoint(run, trainer);
  std::optional<EventFile> events;
  if (options.tensorboard) events.emplace(run.folder.path());
  for (int epoch = trainer.finished_epochs() + 1; epoch <= epochs; ++epoch) {
    const std::int64_t skipped = trainer.skipped_steps();
    const EpochResult result = trainer.run_epoch([&](const StepReport& r) {
      outcome.step = r.step, outcome.steps = r.steps;
      show(progress, r, epochs, clock, done_before);
      checkpoint.after_step();
      return !interrupted();
    });
    progress.clear();
    outcome.last = result;
    if (trainer.stopped()) {
      outcome.stopped = true;
      return checkpoint.write();
    }
    if (trainer.skipped_steps() > skipped)
      say(options.quiet,
          fmt::format("note      in epoch {} numbers of {} steps were NaN or infinite, and these steps "
                      "were skipped",
                      epoch, trainer.skipped_steps() - skipped));
    outcome.epochs.push_back(result);
    run.folder.append_metrics(metrics_of(result, run.images.name));
    after_epoch(epoch);
    if (events) events->write(result.epoch, scalars_of(result));
    checkpoint.write();
    say(options.quiet, epoch_line(result, epochs));
    if (run.hooks.after_epoch) run.hooks.after_epoch(result);
    if (interrupted() && !run.hooks.ranks) {  // ranks stop after a step, together
      outcome.stopped = epoch < epochs;
      return;
    }
  }
}

// How to continue a run that did not end.
std::string way_on(const Run& run, Finished finished) {
  if (finished != Finished::run_again) return "the same command continues it";
  std::string command = run.config.at("command");
  for (const std::string& flag : {std::string(" --resume"), " --out " + quoted(run.options.out)})
    if (const auto at = command.find(flag); at != std::string::npos) command.erase(at, flag.size());
  return fmt::format("continue with: {} --resume --out {}", command, quoted(run.folder.path().string()));
}

// Calls train(). Divergence becomes an outcome instead of an exception.
void train_to_an_end(Trainer& trainer, Run& run, const std::function<void(int epoch)>& after_epoch,
                     Progress& progress, Outcome& outcome) {
  try {
    train(trainer, run, after_epoch, progress, outcome);
  } catch (const Diverged& e) {
    progress.clear();
    outcome.diverged = std::string(e.what()) +
                       ": training diverged; try a smaller --lr (or --weight-decay, --l1), or --on-nan skip";
  }
}

// Calls f. Adds to its error how to continue, if there is a checkpoint.
void or_tell_how_to_continue(const Run& run, Finished finished, Progress& progress,
                             const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    progress.clear();
    if (!std::filesystem::exists(checkpoint_file(run.folder.path()))) throw;
    fail("{}; the last checkpoint is kept: {}", e.what(), way_on(run, finished));
  }
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

// For the probe, which measures the network without dropout.
std::shared_ptr<Module> twin_without_dropout(Options options) {
  options.network.dropout = 0;
  return make_network(options);
}

// Prints the images and the recipe before the first epoch.
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

// Writes the report, page and pictures, from the files in the folder and the scores of the test images.
void report(const std::filesystem::path& folder, const std::vector<float>& scores, const Dataset& test,
            const Summary& summary, const std::vector<std::string>& classes, bool quiet) {
  ReportData data{
      read_run(folder), summary, {test.images.to(Device::cpu), test.labels.to(Device::cpu)}, classes};
  if (!scores.empty()) data.predictions = predictions_of(test.labels, scores, classes.size());
  say(quiet, "report    " + write_report(data, folder).string());
}

// Whether the weights can be read and belong to the run that the configuration describes.
bool weights_fit(const std::filesystem::path& folder, const Json& config) {
  const std::filesystem::path file = folder / "model.safetensors";
  const SafetensorsHeader header = read_safetensors_header(file);
  const auto text = header.metadata.find("config");
  return text != header.metadata.end() && same_recipe(config, parse_config(text->second, file.string()).json);
}

// The run that the configuration describes, if the folder contains it complete and undamaged.
std::optional<RunResult> finished_run(const std::filesystem::path& folder, Json config, Finished finished) {
  if (!is_run(folder)) return {};
  try {
    const SavedRun run = read_run(folder);
    if (finished >= Finished::keep_of_any_machine && run.config.json.contains("machine"))
      config["machine"] = run.config.json.at("machine");
    if (!same_recipe(config, run.config.json) || !run.complete()) return {};
    if (!run.diverged().empty() && run.config.on_nan != config.at("on_nan").get<std::string>()) return {};
    if (run.diverged().empty() && !weights_fit(folder, config)) return {};
    return RunResult{run.epochs, false, run.diverged(), folder};
  } catch (const Error&) {
    return {};
  }
}

// Writes page and pictures of a finished run again, if one of them is missing.
void repair_report(const Options& options, const DataSplit& images, const TrainingData& data, Module& network,
                   const Summary& summary) {
  const std::filesystem::path folder = options.out;
  const auto missing = [&](const char* name) { return !std::filesystem::exists(folder / name); };
  if (!missing("report.html") && !missing("curves.png") && !missing("misclassified.png")) return;
  network.to(options.machine.device());
  network.load_state_dict(load_safetensors(folder / "model.safetensors"));
  std::vector<Tensor> scores;
  evaluate(
      network, data.test, data.normalization, evaluation_batch(options.machine.device()),
      "testing " + options.out, [&](const Tensor& batch) { scores.push_back(batch); },
      options.recipe.on_nan != "continue");
  report(folder, rows_of(scores), data.test, summary, images.classes, options.quiet);
}

// The checkpoint to continue from, if there is one. With --resume, throws if the folder holds another run;
// a series, which names its folders itself, begins a new run there.
std::optional<Checkpoint> last_checkpoint(const Run& run, Finished finished) {
  const std::filesystem::path& folder = run.folder.path();
  if (!run.options.resume && finished == Finished::run_again) return {};
  auto checkpoint = load_checkpoint(folder);
  if (!checkpoint && !(run.options.resume && is_run(folder))) return {};
  const SavedConfig other = checkpoint ? checkpoint->config : read_run(folder).config;
  std::string differs = difference(run.config, other.json);
  if (checkpoint && other.version != NORMA_VERSION)
    differs = fmt::format("the version is {} there and {} here", other.version, NORMA_VERSION);
  if (differs.empty()) return checkpoint;
  if (!run.options.resume) return {};
  fail("{} holds another run: {}; give the same flags, or name another --out", folder.string(), differs);
}

// Whether the folder holds this run, which was killed before its first checkpoint.
bool was_killed_at_its_beginning(const Run& run) {
  if (!is_run(run.folder.path())) return false;
  try {
    const SavedRun left = read_run(run.folder.path());
    return same_recipe(run.config, left.config.json) && !left.complete();
  } catch (const Error&) {
    return false;
  }
}

// Says where a run continues, or which files were put aside for one that begins.
void announce_folder(const Run& run, const Trainer& trainer) {
  if (!run.folder.put_aside().empty()) say(run.options.quiet, "note      " + run.folder.put_aside());
  if (trainer.share_done() > 0)
    say(run.options.quiet,
        fmt::format("resumed   after epoch {}, step {} of {} of the next", trainer.finished_epochs(),
                    trainer.finished_steps(), trainer.steps_per_epoch()));
  else if (run.options.resume)
    say(run.options.quiet, fmt::format("note      {} has no checkpoint yet: the run starts at the beginning",
                                       run.folder.path().string()));
}

// Writes weights and report of a run that has ended or was interrupted.
void finish(Run& run, Trainer& trainer, const Module& network, const TrainingData& data,
            const Summary& summary, const Outcome& outcome) {
  if (!outcome.diverged.empty()) run.config["diverged"] = outcome.diverged;
  if (outcome.stopped)
    run.config["interrupted"] =
        fmt::format("in epoch {} after step {} of {}", outcome.last.epoch, outcome.step, outcome.steps);
  if (!outcome.diverged.empty() || outcome.stopped) run.folder.write_config(run.config);
  if (outcome.diverged.empty()) run.folder.write_model(network.state_dict(), run.config);
  if (outcome.diverged.empty() && run.options.recipe.ema > 0 && !outcome.epochs.empty())
    run.folder.write_model(trainer.averaged_state_dict(), run.config, "model_ema.safetensors");
  report(run.folder.path(), outcome.diverged.empty() ? trainer.test_scores() : std::vector<float>(),
         data.test, summary, run.images.classes, run.options.quiet);
  if (!outcome.stopped && outcome.diverged.empty()) run.folder.remove_checkpoint();
}

RunResult train_in_folder(Run& run, Trainer& trainer, Module& network, const TrainingData& data,
                          const Summary& summary, Finished finished, Progress& progress) {
  const Clock clock;
  const Options& options = run.options;
  std::optional<CrossCheck> cross_check;
  if (options.cross_check)
    trainer.before_each_step(std::ref(cross_check.emplace(
        [&] { return make_network(options); }, options.machine.device(), options.network.precision)));
  StepProfile profile;
  if (options.profile) trainer.set_profile(&profile);
  announce_folder(run, trainer);
  announce(options, run.images.name, data, trainer.steps_per_epoch());

  NormProbe probe(twin_without_dropout(options), data, options.recipe);
  const auto look = [&](int epoch) {
    run.folder.append_norm_statistics(json_of(probe.look(network, epoch)));
  };
  if (trainer.share_done() == 0) look(0);
  const std::int64_t steps_before = trainer.steps_done();
  Outcome outcome{.epochs = read_metrics(run.folder.path() / "metrics.jsonl")};
  or_tell_how_to_continue(run, finished, progress, [&] {
    train_to_an_end(trainer, run, look, progress, outcome);
    if (options.profile)
      print(fmt::format("\n{}\n", profile.table(measure_ceilings(options.machine.device(), DType::float32))));
    if (cross_check) say(options.quiet, "checked   " + cross_check->summary());
    if (const auto& ranks = run.hooks.ranks; ranks && trainer.steps_done() > steps_before)
      say(options.quiet, fmt::format("sent      {:.1f} kB per step by each process",
                                     static_cast<double>(ranks->bytes_sent()) / 1000.0 /
                                         static_cast<double>(trainer.steps_done() - steps_before)));
    finish(run, trainer, network, data, summary, outcome);
  });
  if (outcome.diverged.empty())
    print(fmt::format("{}\n",
                      printable(last_line(outcome, summary, run.images.name, clock.seconds(), run.folder))));
  if (outcome.stopped) print(fmt::format("{}\n", way_on(run, finished)));
  return {outcome.epochs, outcome.stopped, outcome.diverged, run.folder.path()};
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
                    Progress& progress, Finished finished, const RunHooks& hooks) {
  Options options = asked;
  if (options.local_statistics.value_or(false) && !hooks.ranks)
    fail_usage("--bn local has an effect on several processes only: start them with mpirun, or see --ghost");
  options.network.classes = static_cast<std::int64_t>(images.classes.size());
  std::optional<NoFusion> no_fusion;
  if (options.no_fuse) no_fusion.emplace();
  manual_seed(options.recipe.seed);
  const auto network = make_network(options);
  const Summary summary = summarize(*network, image_of(options));
  check_size(summary, options);
  const TrainingData data = prepare(images, options);
  Json config = config_of(options, images, data, summary, command);
  if (hooks.ranks) check_same_run(*hooks.ranks, config);
  const bool leads = !hooks.ranks || hooks.ranks->rank() == 0;
  const bool keep = finished != Finished::run_again || options.resume;
  if (keep && leads)
    if (auto kept = finished_run(options.out, config, finished)) {
      say(options.quiet, "kept      " + options.out + " holds this run");
      agree_on_start(hooks.ranks.get(), run_is_complete);
      if (kept->diverged.empty()) repair_report(options, images, data, *network, summary);
      return *kept;
    }
  if (finished == Finished::only_keep) return {{}, false, {}, options.out, true};
  std::optional<Trainer> trainer;
  std::string untrainable;  // a series goes on with its other runs
  try {
    trainer.emplace(network, data, options.recipe);
    trainer->use_graphs(!options.no_graph);
    if (hooks.ranks) trainer->share(hooks.ranks, options.local_statistics.value_or(false));
  } catch (const Untrainable& e) {
    if (finished == Finished::run_again) throw;
    untrainable = e.what();
  }
  if (!leads) return follow(*trainer, *hooks.ranks, options);
  if (hooks.before_training) hooks.before_training();
  Run run{options, images, std::move(config), hooks,
          RunFolder(options.out, fmt::format("{}-{}", options.preset, norm_label(options.network)))};
  if (!trainer) {
    run.config["diverged"] = untrainable;
    run.folder.begin(run.config);
    return {{}, false, untrainable, run.folder.path()};
  }
  const auto checkpoint = last_checkpoint(run, finished);
  if (checkpoint) {
    trainer->load_state_dict(checkpoint->state);
    if (static_cast<int>(checkpoint->metrics.size()) != trainer->finished_epochs())
      fail(
          "{} has the metrics of {} epochs, but {} are finished in its state: remove it to train this run "
          "from the beginning",
          checkpoint_file(run.folder.path()).string(), checkpoint->metrics.size(),
          trainer->finished_epochs());
    run.config["command"] = checkpoint->config.command;
    run.folder.go_on(run.config, *checkpoint);
  } else if (keep && was_killed_at_its_beginning(run)) {
    run.folder.go_on(run.config, {});
  } else {
    run.folder.begin(run.config);
  }
  agree_on_start(hooks.ranks.get(), trainer->steps_done());
  return train_in_folder(run, *trainer, *network, data, summary, finished, progress);
}

}  // namespace norma
