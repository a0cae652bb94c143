// bench_step: a training step on a GPU, launch by launch, beside the model of kernels/measure/gpu_model.h.
//
//   bench_step --preset c11-48096 --norm gn --device cuda --gpu h100
//
// README.md explains the table.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "apps/cli/arguments.h"
#include "apps/cli/flags.h"
#include "apps/cli/run_app.h"
#include "bench/machine.h"
#include "bench/step_times.h"
#include "core/cuda_runtime.h"
#include "core/device_memory.h"
#include "kernels/measure/stopwatch.h"
#include "optim/presets.h"

namespace norma {
namespace {

struct Options {
  StepChoice step{.preset = "c11-48096"};
  Device device = Device::cuda;
  std::string gpu;  ///< of the model; empty: by the device's name, else the first
  std::int64_t steps = 5;
  bool profile = false;
  std::string markdown, json;
  bool help = false;
};

using O = Options&;
using S = const std::string&;

const std::vector<Flag<Options>>& flags() {
  static const std::vector<Flag<Options>> all = {
      {"", "preset", "NAME", fmt::format("{} (c11-48096)", fmt::join(preset_names(), ", ")),
       [](O o, S f, S v) { o.step.preset = one_of(f, v, preset_names()); }},
      {"", "norm", "NAME", "norm of the network (the preset's first)",
       [](O o, S f, S v) { o.step.norm = norm_from(one_of(f, v, norm_names())); }},
      {"", "batch-size", "N", "images per step (the preset's)",
       [](O o, S f, S v) { o.step.batch = whole_number(f, v, 1, 1 << 16); }},
      {"", "precision", "NAME", "of the convolutions: exact, tf32 or bf16 (exact)",
       [](O o, S f, S v) { o.step.precision = precision_from(f, one_of(f, v, precision_names())); }},
      {"", "device", "WHICH", "cuda, or simt, whose times mean nothing (cuda)",
       [](O o, S f, S v) {
         o.device = device_from(f, one_of(f, v, {"cuda", "simt"}));
       }},
      {"", "gpu", "NAME",
       fmt::format("whose model to compare with: {} (the one with the device's name, else h100)",
                   fmt::join(gpu_names(), ", ")),
       [](O o, S f, S v) { o.gpu = one_of(f, v, gpu_names()); }},
      {"", "steps", "N", "steps that are timed (5)",
       [](O o, S f, S v) { o.steps = whole_number(f, v, 1, 1000); }},
      {"", "profile", "", "for ncu --profile-from-start off: only show it one step, and print nothing",
       [](O o, S, S) { o.profile = true; }},
      {"", "markdown", "FILE", "write the tables to this file, as a part of a page",
       [](O o, S, S v) { o.markdown = v; }},
      {"", "json", "FILE", "write the launches to this file", [](O o, S, S v) { o.json = v; }},
      {"", "help", "", "print this text and end", [](O o, S, S) { o.help = true; }},
  };
  return all;
}

std::string help() {
  return "bench_step times the kernels of a training step, one by one, and compares them with a model.\n"
         "\nUsage: bench_step [flags]\n\n" +
         flags_help(texts_of(flags())) + "\nExit status: 0 done, 1 failed, 2 wrong command line.\n";
}

// "NVIDIA H100 80GB HBM3" → h100
const Gpu& gpu_of(const Options& options) {
  std::string device = options.device == Device::cuda ? cuda_runtime::gpu_name() : "";
  std::erase(device, ' ');
  for (const Gpu& gpu : known_gpus()) {
    std::string wanted = gpu.name;
    for (char& letter : wanted) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    if (options.gpu.empty() ? device.find(wanted) != std::string::npos : gpu.name == options.gpu) return gpu;
  }
  return known_gpus().front();
}

std::string launch_table(const std::vector<ComparedLaunch>& launches) {
  std::string text =
      "|  | operation | kernel | model µs | measured µs | measured / model | bound by |\n"
      "|---:|---|---|---:|---:|---:|---|\n";
  for (std::size_t i = 0; i < launches.size(); ++i) {
    const ComparedLaunch& of = launches[i];
    text += fmt::format("| {} | {} | {} | {:.1f} | {:.1f} | {:.2f} | {} |\n", i + 1, of.asked.operation,
                        of.kernel, 1e6 * of.model.seconds, 1e6 * of.seconds, of.seconds / of.model.seconds,
                        of.model.bound);
  }
  return text;
}

std::string bound_table(const std::vector<ComparedLaunch>& launches) {
  struct Sum {
    double model = 0, measured = 0;
    Samples ratios;
  };
  std::map<std::string, Sum> by_bound;
  for (const ComparedLaunch& of : launches) {
    Sum& sum = by_bound[of.model.bound];
    sum.model += of.model.seconds, sum.measured += of.seconds;
    sum.ratios.seconds.push_back(of.seconds / of.model.seconds);
  }
  std::string text =
      "| bound by | launches | model µs | measured µs | measured / model: median (quartiles) |\n"
      "|---|---:|---:|---:|---:|\n";
  for (const auto& [bound, sum] : by_bound)
    text += fmt::format("| {} | {} | {:.1f} | {:.1f} | {:.2f} ({:.2f}–{:.2f}) |\n", bound,
                        sum.ratios.seconds.size(), 1e6 * sum.model, 1e6 * sum.measured, sum.ratios.median(),
                        sum.ratios.quantile(0.25), sum.ratios.quantile(0.75));
  return text;
}

struct Totals {
  double model = 0, fitted = 0, measured = 0;
};

Totals totals_of(const std::vector<ComparedLaunch>& launches, const Fit& fitted) {
  Totals totals;
  for (const ComparedLaunch& of : launches) {
    totals.model += of.model.seconds;
    totals.fitted += fitted.seconds(of.model);
    totals.measured += of.seconds;
  }
  return totals;
}

std::string summary(const Options& options, const Gpu& gpu, const std::vector<ComparedLaunch>& launches,
                    const StepTimes& times) {
  const Fit fitted = fit(launches);
  const Totals totals = totals_of(launches, fitted);
  return fmt::format(
             "A step of {} without graphs on {}: {} launches, medians of {} steps. Model: {}.\n\n",
             options.step.preset,
             options.device == Device::simt ? "simt, whose times mean nothing" : device_text(options.device),
             launches.size(), options.steps, gpu.title) +
         bound_table(launches) +
         fmt::format(
             "\nFitted: memory × {:.2f}, arithmetic × {:.2f}, latency × {:.2f}, a launch {:.2f} µs (model "
             "{:.2f}).\nThe kernels: measured {:.1f} µs, model {:.1f}, fitted model {:.1f}. The whole step "
             "as "
             "a graph, measured: {:.1f} µs.\n",
             fitted.memory, fitted.arithmetic, fitted.latency, 1e6 * fitted.launch, 1e6 * launch_seconds,
             1e6 * totals.measured, 1e6 * totals.model, 1e6 * totals.fitted, 1e6 * times.graph_seconds);
}

nlohmann::ordered_json json_of(const Options& options, const Gpu& gpu,
                               const std::vector<ComparedLaunch>& launches, const StepTimes& times) {
  const Fit fitted = fit(launches);
  nlohmann::ordered_json json = {{"preset", options.step.preset},
                                 {"device", device_text(options.device)},
                                 {"model_of", gpu.name},
                                 {"graph_seconds", times.graph_seconds},
                                 {"fit",
                                  {{"memory", fitted.memory},
                                   {"arithmetic", fitted.arithmetic},
                                   {"latency", fitted.latency},
                                   {"launch_seconds", fitted.launch}}}};
  for (const ComparedLaunch& of : launches)
    json["launches"].push_back({{"operation", of.asked.operation},
                                {"kernel", of.kernel},
                                {"bound", of.model.bound},
                                {"model_seconds", of.model.seconds},
                                {"seconds", of.seconds}});
  return json;
}

// One step without graphs between the marks that ncu looks for.
void show_profiler(const Options& options) {
  const auto trainer = example_training(options.step, options.device, 5);
  trainer->use_graphs(false);
  trainer->run_epoch([&](const StepReport& step) {
    synchronize(options.device);
    if (step.step == 4) cuda_runtime::profile(true);
    if (step.step == 5) cuda_runtime::profile(false);
    return step.step < 5;
  });
}

void run(const Options& options) {
  if (!options.json.empty()) check_writable("json", options.json);
  if (!options.markdown.empty()) check_writable("markdown", options.markdown);
  require_available(options.device);
  if (options.profile) return show_profiler(options);
  const Gpu& gpu = gpu_of(options);
  const Record step = record_step(options.step, false);
  const StepTimes times = time_step(options.step, options.device, options.steps);
  const std::vector<ComparedLaunch> launches = compare_launches(gpu, step, times.launches);
  const std::string text = summary(options, gpu, launches, times);
  print(launch_table(launches) + "\n" + text);
  if (!options.markdown.empty())
    write_text(options.markdown,
               "## Model and measurement, launch by launch\n\n" + text + "\n" + launch_table(launches));
  if (!options.json.empty()) write_text(options.json, json_of(options, gpu, launches, times).dump(2) + '\n');
}

}  // namespace
}  // namespace norma

int main(int argc, char** argv) {
  return norma::run_app("bench_step", [&] {
    norma::Options options;
    norma::apply_flags(norma::flags(), argc, argv, options);
    if (options.help) return norma::print(norma::help()), 0;
    return norma::run(options), 0;
  });
}
