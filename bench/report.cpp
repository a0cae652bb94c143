#include "bench/report.h"

#include <algorithm>

namespace norma {
namespace {

using Json = nlohmann::ordered_json;

std::string three_digits(double value) {
  return fmt::format("{:.{}f}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

// "1.23 (1.20–1.31) ms": the median and the quartiles.
std::string spread_text(const Samples& samples) {
  const std::string median = time_text(samples.median());
  const std::string unit = median.substr(median.find(' ') + 1);
  const double scale = unit == "s" ? 1 : unit == "ms" ? 1e3 : unit == "µs" ? 1e6 : 1e9;
  return fmt::format("{} ({}–{}) {}", median.substr(0, median.find(' ')),
                     three_digits(scale * samples.quantile(0.25)),
                     three_digits(scale * samples.quantile(0.75)), unit);
}

// In the unit of the ceiling that is the limit.
std::string rate_text(const KernelRow& row, const Ceilings& ceilings) {
  const double seconds = row.norma.median(), bytes = static_cast<double>(row.bytes);
  if (ceilings.memory_binds(bytes, row.of.flops)) return three_digits(bytes / seconds / 1e9) + " GB/s";
  return three_digits(row.of.flops / seconds / 1e9) + " GFLOP/s";
}

std::string share_text(const KernelRow& row, const Ceilings& ceilings) {
  return fmt::format("{:.0f} %", 100 * row.share(ceilings));
}

// PyTorch's time divided by Norma's. In shorter rows, call overheads would be compared, not kernels.
std::string ratio_text(const KernelRow& row) {
  return row.norma.median() < 20e-6 ? "–" : three_digits(row.ratio()) + " ×";
}

std::string ceilings_text(const Circumstances& run) {
  return fmt::format("copy {} GB/s (read + written), multiply-add {} GFLOP/s {}",
                     three_digits(run.ceilings.bytes_a_second / 1e9),
                     three_digits(run.ceilings.flops_a_second / 1e9), name(run.dtype));
}

std::string how_to_read(const Circumstances& run) {
  std::string text = fmt::format(
      "time: median (quartiles) of {} samples; of the ceiling: the least possible time, for reading each\n"
      "input and writing each output once or for the arithmetic, divided by the median; above 100 % means\n"
      "caches{}",
      run.patience.samples,
      run.has_peer ? ";\nthe ratio, PyTorch's time divided by Norma's, is given if Norma takes 20 µs or more"
                   : "");
  if (run.rotated_bytes > 0)
    text +=
        fmt::format(";\ncalls take turns with arrays of {:.0f} MB (but at most 256), for inputs from memory",
                    run.rotated_bytes / 1e6);
  if (run.simt) text += "\nsimt runs CUDA kernels on the CPU to check them: its times mean nothing";
  return text;
}

// Of all rows: the largest error, and the number of rows that were checked with fewer images.
std::string check_text(const std::vector<KernelRow>& rows, const Circumstances& run) {
  double error = 0;
  for (const KernelRow& row : rows) error = std::max(error, row.check.error);
  const auto smaller = std::count_if(rows.begin(), rows.end(),
                                     [](const KernelRow& row) { return row.check.batch < row.of.batch; });
  return fmt::format(
      "checked: every result against the reference executor in float64 before timing; largest error {:.1e}, "
      "allowed {:.0e}; {} of {} rows with fewer images than timed",
      error, check_tolerance(run.dtype), smaller, rows.size());
}

}  // namespace

std::string time_text(double seconds) {
  if (seconds < 0.9995e-6) return three_digits(1e9 * seconds) + " ns";
  if (seconds < 0.9995e-3) return three_digits(1e6 * seconds) + " µs";
  if (seconds < 0.9995) return three_digits(1e3 * seconds) + " ms";
  return three_digits(seconds) + " s";
}

std::string report_header(const Circumstances& run) {
  return fmt::format("bench_kernels · {} · {} · PyTorch {}\nceilings  {}\n{}\n", run.device, name(run.dtype),
                     run.peer, ceilings_text(run), how_to_read(run));
}

std::string report_line(const KernelRow& row, const Circumstances& run, const KernelRow* before) {
  std::string text;
  if (before == nullptr || before->of.operation != row.of.operation)
    text = "\n" + row.of.operation + (row.of.note.empty() ? "" : ": " + row.of.note) + "\n";
  text += fmt::format("  {:<34} {:<26} {:>26} {:>13} {:>6}", row.of.where, row.of.size,
                      spread_text(row.norma), rate_text(row, run.ceilings), share_text(row, run.ceilings));
  if (row.peer) text += fmt::format("   PyTorch {:>9} {:>8}", time_text(row.peer->median()), ratio_text(row));
  return text + "\n";
}

std::string report_footer(const std::vector<KernelRow>& rows, const Circumstances& run, double seconds) {
  double waiting = 0;
  for (const KernelRow& row : rows) waiting += row.waiting_cpu_seconds;
  std::string text = check_text(rows, run);
  if (waiting > 0) text += "\n" + waiting_text(waiting / seconds);
  return text;
}

std::string report_markdown(const std::vector<KernelRow>& rows, const Circumstances& run) {
  std::string text = fmt::format(
      "# Kernels on {}\n\n"
      "`{}`, {}, commit {}, load {:.1f} before. PyTorch: {}.\n\n"
      "Measured ceilings: {}.\n\n{}.\n\n{}. See bench/README.md.\n",
      run.device, run.command, run.date, run.commit, run.load, run.peer, ceilings_text(run), how_to_read(run),
      check_text(rows, run));
  const bool peer =
      std::any_of(rows.begin(), rows.end(), [](const KernelRow& row) { return row.peer.has_value(); });
  std::string operation;
  for (const KernelRow& row : rows) {
    if (row.of.operation != operation) {
      operation = row.of.operation;
      text += fmt::format("\n## {}\n\n{}", operation, row.of.note.empty() ? "" : row.of.note + "\n\n");
      text += fmt::format("| layers | size | time | rate | of the ceiling |{}\n|---|---|---|---|---|{}\n",
                          peer ? " PyTorch | PyTorch / Norma |" : "", peer ? "---|---|" : "");
    }
    text += fmt::format("| {} | {} | {} | {} | {} |", row.of.where, row.of.size, spread_text(row.norma),
                        rate_text(row, run.ceilings), share_text(row, run.ceilings));
    if (row.peer)
      text += fmt::format(" {} | {} |", spread_text(*row.peer), ratio_text(row));
    else if (peer)
      text += " – | – |";
    text += "\n";
  }
  return text;
}

Json report_json(const std::vector<KernelRow>& rows, const Circumstances& run) {
  Json json = {{"device", run.device},
               {"command", run.command},
               {"date", run.date},
               {"commit", run.commit},
               {"load", run.load},
               {"pytorch", run.peer},
               {"dtype", name(run.dtype)},
               {"copy_bytes_per_second", run.ceilings.bytes_a_second},
               {"multiply_add_flops", run.ceilings.flops_a_second},
               {"times_mean_something", !run.simt},
               {"rows", Json::array()}};
  for (const KernelRow& row : rows)
    json["rows"].push_back({{"operation", row.of.operation},
                            {"layers", row.of.where},
                            {"size", row.of.size},
                            {"bytes", row.bytes},
                            {"flops", row.of.flops},
                            {"checked_batch", row.check.batch},
                            {"error", row.check.error},
                            {"seconds", row.norma.seconds},
                            {"median_seconds", row.norma.median()},
                            {"share_of_ceiling", row.share(run.ceilings)},
                            {"pytorch_seconds", row.peer ? Json(row.peer->seconds) : Json()}});
  return json;
}

}  // namespace norma
