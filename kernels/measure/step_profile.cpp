#include "kernels/measure/step_profile.h"

#include <algorithm>
#include <utility>

namespace norma {
namespace {

/// All calls of one operation.
struct Row {
  std::string operation, fused;
  std::size_t calls = 0;
  double seconds = 0;
  Cost cost = {};
  double least_seconds = 0;  // that they would take at the ceilings
};

// "conv2d_backward_weight" → "conv2d", "backward weight"; "add" → "add", ""
std::pair<std::string, std::string> split_direction(const std::string& name) {
  for (const std::string direction : {"_forward", "_backward", "_step"})
    if (const std::size_t at = name.find(direction); at != std::string::npos) {
      std::string rest = name.substr(at + 1);
      std::replace(rest.begin(), rest.end(), '_', ' ');
      return {name.substr(0, at), rest};
    }
  return {name, ""};
}

std::string line(const std::string& name, const std::string& calls, double seconds, double steps,
                 double whole) {
  const auto [operation, direction] = split_direction(name);
  return fmt::format("{:<17} {:<16} {:>5} {:>9.3f} {:>6.1f} %", operation, direction, calls,
                     1e3 * seconds / steps, 100 * seconds / whole);
}

}  // namespace

StepProfile::StepProfile()
    : observer_([this](const OperationRun& run) {
        calls_[{run.name, run.fused}].push_back({run.cost, run.seconds});
      }) {}

StepProfile::Step::Step(StepProfile* profile) : profile_(profile) {
  if (profile_ == nullptr) return;
  if (profile_->steps_ == 1 && profile_->skipped_ == 0) {
    profile_->calls_.clear();
    profile_->steps_ = 0, profile_->skipped_ = 1, profile_->seconds_ = 0;
  }
  operation_observer = &profile_->observer_;
  clock_ = Clock();
}

StepProfile::Step::~Step() {
  if (profile_ == nullptr) return;
  profile_->seconds_ += clock_.seconds();
  ++profile_->steps_;
  operation_observer = nullptr;
}

std::string StepProfile::table(const Ceilings& ceilings) const {
  std::vector<Row> rows;
  double between = seconds_;
  for (const auto& [of, calls] : calls_) {
    Row row{.operation = of.first, .fused = of.second, .calls = calls.size()};
    for (const Call& call : calls) {
      row.seconds += call.seconds;
      row.cost.bytes += call.cost.bytes, row.cost.flops += call.cost.flops;
      row.least_seconds += ceilings.seconds(call.cost.bytes, call.cost.flops);
    }
    between -= row.seconds;
    rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.seconds > b.seconds; });

  const auto steps = static_cast<double>(steps_);
  std::string text =
      fmt::format("{:<17} {:<16} {:>5} {:>9} {:>8} {:>9} {:>7}  {}  {}\n", "operation", "direction", "calls",
                  "ms", "share", "GFLOP/s", "GB/s", "of the ceiling", "fused with");
  for (const Row& r : rows) {
    const std::string rate = r.cost.flops > 0 ? fmt::format("{:.1f}", r.cost.flops / r.seconds / 1e9) : "";
    text += line(r.operation, std::to_string(r.calls / static_cast<std::size_t>(steps_)), r.seconds, steps,
                 seconds_) +
            fmt::format(" {:>9} {:>7.1f} {:>8.0f} %", rate, r.cost.bytes / r.seconds / 1e9,
                        100 * r.least_seconds / r.seconds) +
            (r.fused.empty() ? "\n" : fmt::format("{:>7}{}\n", "", r.fused));
  }
  text += line("between them", "", between, steps, seconds_) + "\n";
  return text + fmt::format(
                    "a step: {:.2f} ms, the mean of {} (the first is left out). Ceilings, measured now: "
                    "multiply-adds "
                    "{:.0f} GFLOP/s, a copy\n{:.1f} GB/s. GB/s counts each input and output once; of the "
                    "ceiling: the "
                    "least time that either allows, to the time\ntaken. Above 100 %, numbers came from a "
                    "cache. Fused "
                    "with: what the operation does in the same pass.\n",
                    1e3 * seconds_ / steps, steps_, ceilings.flops_a_second / 1e9,
                    ceilings.bytes_a_second / 1e9);
}

}  // namespace norma
