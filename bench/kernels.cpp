// bench_kernels: times each operation, and compares it with the limits of the device and with PyTorch.
//
//   bench_kernels --device cpu --op conv2d,group_norm --markdown kernels.md
//
// A row is checked, then timed (measure.h). README.md explains the table.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "apps/cli/arguments.h"
#include "apps/cli/progress.h"
#include "apps/cli/run_app.h"
#include "bench/kernel_options.h"
#include "bench/machine.h"
#include "bench/peer.h"
#include "bench/report.h"
#include "core/cuda_runtime.h"
#include "core/device_memory.h"
#include "core/parallel.h"
#include "kernels/simd_target.h"

namespace norma {
namespace {

// The peer for this device, if there is one; else `missing` gives the reason.
std::unique_ptr<Peer> find_peer(const KernelOptions& options, std::string& missing) {
  missing = "not asked for";
  if (!options.peer || options.steps) return nullptr;
  missing = "has no simt";
  if (options.device == Device::simt) return nullptr;
  missing = "not installed for " + listing(Peer::pythons());
  std::unique_ptr<Peer> peer = Peer::find(threads());
  if (peer == nullptr) return nullptr;
  missing = peer->version() + " sees no GPU";
  return peer->has(options.device) ? std::move(peer) : nullptr;
}

std::string command_line(int argc, char** argv) {
  std::string text = "./run bench kernels";
  for (int i = 1; i < argc; ++i) text += " " + quoted(argv[i]);
  return text;
}

std::vector<KernelRow> measure_all(const KernelOptions& options, const Circumstances& run, Peer* peer) {
  const std::vector<Case> cases = chosen_cases(options);
  Progress progress(options.quiet || isatty(STDOUT_FILENO) == 0);  // without a terminal, only the rows
  std::vector<KernelRow> rows;
  rows.reserve(cases.size());
  for (const Case& c : cases) {
    progress.show(static_cast<double>(rows.size()) / static_cast<double>(cases.size()), c.operation,
                  c.where + " " + c.size);
    rows.push_back(
        measure(c, options.device, options.dtype, options.patience(), options.rotated_bytes(), peer));
    progress.clear();
    print(report_line(rows.back(), run, rows.size() > 1 ? &rows[rows.size() - 2] : nullptr));
    std::fflush(stdout);
  }
  return rows;
}

void run(const KernelOptions& options, const std::string& command) {
  if (!options.json.empty()) check_writable("json", options.json);
  if (!options.markdown.empty()) check_writable("markdown", options.markdown);
  require_available(options.device);
  if (options.threads > 0) set_threads(options.threads);
  Circumstances run;
  run.command = command, run.date = today(), run.commit = commit(), run.load = machine_load();
  run.device = device_text(options.device);
  run.dtype = options.dtype, run.patience = options.patience(), run.simt = options.device == Device::simt;
  run.rotated_bytes = options.rotated_bytes();
  const std::unique_ptr<Peer> peer = find_peer(options, run.peer);
  run.has_peer = peer != nullptr;
  if (run.has_peer) run.peer = peer->version();
  if (run.load > 0.5 && !options.quiet)
    print(fmt::format("note      this machine was busy in the last minute (load {:.1f}), so expect noise\n",
                      run.load));
  run.ceilings = measure_ceilings(options.device, options.dtype);
  print(report_header(run));
  const Clock clock;
  const std::vector<KernelRow> rows = measure_all(options, run, peer.get());
  print(fmt::format("\n{}\n", report_footer(rows, run, clock.seconds())));
  if (!options.markdown.empty()) write_text(options.markdown, report_markdown(rows, run));
  if (!options.json.empty()) write_text(options.json, report_json(rows, run).dump(2) + '\n');
}

}  // namespace
}  // namespace norma

int main(int argc, char** argv) {
  return norma::run_app("bench_kernels", [&] {
    const norma::KernelOptions options = norma::parse_kernel_options(argc, argv);
    if (options.help) return norma::print(norma::kernel_help()), 0;
    return norma::run(options, norma::command_line(argc, argv)), 0;
  });
}
