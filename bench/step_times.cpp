#include "bench/step_times.h"

#include <algorithm>
#include <optional>

#include "core/device_memory.h"
#include "core/error.h"
#include "kernels/measure/step_tables.h"
#include "kernels/measure/stopwatch.h"

namespace norma {
namespace {

constexpr std::int64_t first_timed = 4;  // from here on a step repeats a graph

double median(std::vector<double> of) { return Samples{std::move(of)}.median(); }

std::vector<TimedLaunch> time_launches(const StepChoice& choice, Device device, std::int64_t steps) {
  const auto trainer = example_training(choice, device, first_timed + steps);
  trainer->use_graphs(false);
  std::vector<std::vector<TimedLaunch>> timed;
  std::optional<LaunchTimer> timer;
  trainer->run_epoch([&](const StepReport& step) {
    if (timer) timed.push_back(timer->launches());
    timer.reset();
    if (step.step < first_timed) return true;
    synchronize(device);
    if (step.step < first_timed + steps) timer.emplace(device);
    return step.step < first_timed + steps;
  });
  std::vector<TimedLaunch> launches = timed.front();
  for (std::size_t i = 0; i < launches.size(); ++i) {
    std::vector<double> seconds;
    for (const auto& of_step : timed) seconds.push_back(of_step.at(i).seconds);
    launches[i].seconds = median(seconds);
  }
  return launches;
}

double time_graph(const StepChoice& choice, Device device, std::int64_t steps) {
  const auto trainer = example_training(choice, device, first_timed + steps);
  std::vector<double> seconds;
  Clock clock;
  trainer->run_epoch([&](const StepReport& step) {
    synchronize(device);
    if (step.step > first_timed) seconds.push_back(clock.seconds());
    clock = Clock();
    return step.step < first_timed + steps;
  });
  return median(seconds);
}

}  // namespace

StepTimes time_step(const StepChoice& choice, Device device, std::int64_t steps) {
  return {time_launches(choice, device, steps), time_graph(choice, device, steps)};
}

std::vector<ComparedLaunch> compare_launches(const Gpu& gpu, const Record& step,
                                             const std::vector<TimedLaunch>& measured) {
  const std::vector<std::string> kernels = kernel_names(step);
  const std::vector<ModelledLaunch> model = model_step(gpu, step, kernels);
  std::vector<ComparedLaunch> launches;
  for (std::size_t i = 0; i < step.work.size(); ++i)
    if (step.work[i].work.kind == DeviceWork::Kind::kernel)
      launches.push_back({step.work[i], kernels[i], model[i]});
  if (launches.size() != measured.size())
    fail("the device launched {} kernels in a step, but the dry run recorded {}", measured.size(),
         launches.size());
  for (std::size_t i = 0; i < launches.size(); ++i) {
    const DeviceWork& work = launches[i].asked.work;
    if (work.grid != measured[i].grid || work.block != measured[i].block)
      fail("launch {} of a step, {}, has another grid on the device than in the dry run", i + 1,
           launches[i].kernel);
    launches[i].seconds = measured[i].seconds;
  }
  return launches;
}

double Fit::seconds(const ModelledLaunch& of) const {
  return std::max({memory * of.memory, arithmetic * of.arithmetic, latency * of.latency}) + launch;
}

Fit fit(const std::vector<ComparedLaunch>& launches) {
  Fit fitted;
  const auto median_of = [&](const char* bound, auto&& value, double otherwise) {
    std::vector<double> values;
    for (const ComparedLaunch& of : launches)
      if (of.model.bound == bound) values.push_back(value(of));
    return values.empty() ? otherwise : median(values);
  };
  fitted.launch = median_of(
      "launch", [](const ComparedLaunch& of) { return std::max(0.0, of.seconds - of.model.body()); },
      fitted.launch);
  const auto factor = [&](const ComparedLaunch& of) {
    return std::max(0.0, of.seconds - fitted.launch) / of.model.body();
  };
  fitted.memory = median_of("memory", factor, 1);
  fitted.arithmetic = median_of("arithmetic", factor, 1);
  fitted.latency = median_of("latency", factor, 1);
  return fitted;
}

}  // namespace norma
