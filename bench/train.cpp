// bench_train: the speed of training a network in Norma, compared with PyTorch.
//
//   bench_train --presets c11-48096 --norms bn,gn,ln --json rows.json
//
// For each preset and norm, the losses of the two are compared first (contest.h), then the two are timed in
// turn. README.md explains the table.
#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "apps/cli/arguments.h"
#include "apps/cli/progress.h"
#include "apps/cli/run_app.h"
#include "bench/contest.h"
#include "bench/machine.h"
#include "bench/options.h"
#include "bench/peer.h"
#include "core/device_memory.h"
#include "core/parallel.h"
#include "kernels/measure/stopwatch.h"
#include "kernels/simd_target.h"

namespace norma {
namespace {

using Json = nlohmann::ordered_json;

std::string header(const BenchOptions& options, const Peer* peer) {
  std::string text =
      fmt::format("bench_train · {}{} · {} · batch {} · {} × {} steps", fmt::join(options.presets, ", "),
                  options.precision == Precision::exact ? "" : " · " + name(options.precision),
                  device_text(options.device), options.batch_size, options.rounds, options.steps);
  if (peer != nullptr) text += " · PyTorch " + peer->version();
  return text + "\nimages/s: median (min–max)";
}

// One line per contestant, then the ratio to the fastest.
std::string table_of(const Row& row) {
  std::string text = row.preset + "\n";
  for (const Rates& rates : row.contestants) {
    const bool own = &rates == &row.norma();
    text += fmt::format("{:<9} {:<37}{:>20}{}\n", own ? name(row.norm) : "", rates.name,
                        fmt::format("{:.0f} ({:.0f}–{:.0f})", rates.median(), rates.min(), rates.max()),
                        own ? ""
                            : fmt::format("{:>9.2f} ×{}", row.ratio_to(rates),
                                          &rates == row.fastest_peer() ? "  the ratio" : ""));
  }
  if (row.fastest_peer() != nullptr)
    text += fmt::format(
        "{:<9} losses agree to {:.0e}{}; peak MB {:.0f}, theirs {:.0f}\n", "", row.largest_difference,
        row.rounded_difference > 0 ? fmt::format(", rounded {:.0e}", row.rounded_difference) : "",
        row.peak_megabytes, row.peer_peak_megabytes);
  return text;
}

Json json_row(const Row& row) {
  const Rates* peer = row.fastest_peer();
  Json json = {{"preset", row.preset},
               {"norm", name(row.norm)},
               {"norma_images_per_second", row.norma().median()},
               {"peer", peer ? Json(peer->name) : Json()},
               {"peer_images_per_second", peer ? Json(peer->median()) : Json()},
               {"peak_megabytes", row.peak_megabytes},
               {"peer_peak_megabytes", peer ? Json(row.peer_peak_megabytes) : Json()},
               {"ratio", peer ? Json(row.ratio()) : Json()}};
  for (const Rates& rates : row.contestants) json["rounds"][rates.name] = rates.images_per_second;
  if (peer != nullptr) {
    json["largest_loss_difference"] = row.largest_difference;
    json["rounded_loss_difference"] = row.rounded_difference;
    json["waiting_share"] = row.waiting_share;
  }
  return json;
}

void write_json(const BenchOptions& options, const std::vector<Row>& rows, const Peer* peer, double load) {
  Json json = {{"rows", Json::array()},
               {"machine",
                {{"device", name(options.device)},
                 {"processor", processor()},
                 {"threads", threads()},
                 {"simd", simd_target()},
                 {"load", load}}},
               {"pytorch", peer ? Json(peer->version()) : Json()},
               {"precision", name(options.precision)},
               {"batch_size", options.batch_size},
               {"steps", options.steps}};
  for (const Row& row : rows) json["rows"].push_back(json_row(row));
  write_text(options.json, json.dump(2) + '\n');
}

std::unique_ptr<Peer> find_peer(const BenchOptions& options) {
  if (!options.peer || options.device == Device::simt) return nullptr;
  std::unique_ptr<Peer> peer =
      Peer::find(threads(), options.compile ? std::optional(options.device) : std::nullopt);
  if (peer && !peer->has(options.device)) {
    if (!options.quiet) print(fmt::format("note      no peer: PyTorch {} sees no GPU\n", peer->version()));
    return nullptr;
  }
  if (peer && !peer->compile_problem().empty() && !options.quiet)
    print(fmt::format("note      without torch.compile, which does not work here: {}\n",
                      peer->compile_problem()));
  if (!peer && !options.quiet)
    print(fmt::format("note      no peer: PyTorch was not found with {}, so Norma runs alone\n",
                      listing(Peer::pythons())));
  return peer;
}

void print_table(const BenchOptions& options, const std::vector<Row>& rows, const Peer* peer) {
  print(fmt::format("{}\n\n", header(options, peer)));
  double waiting_share = 0;
  for (const Row& row : rows) {
    print(table_of(row));
    waiting_share = std::max(waiting_share, row.waiting_share);
  }
  if (peer == nullptr) return;
  print(fmt::format(
      "\nratio: Norma's speed divided by that of PyTorch's fastest, the median of the ratios in each round\n"
      "peak MB: of the whole process with its libraries, over the rows so far\n"
      "{}\n",
      waiting_text(waiting_share)));
}

void run(const BenchOptions& options) {
  if (!options.json.empty()) check_writable("json", options.json);
  require_available(options.device);
  if (options.threads > 0) set_threads(options.threads);
  if (!options.simd.empty()) limit_simd(options.simd);
  if (!options.simd.empty() && options.peer) Peer::limit_simd(options.simd);
  const std::unique_ptr<Peer> peer = find_peer(options);
  const double load = machine_load();
  if (load > 0.5 && !options.quiet)
    print(fmt::format("note      this machine was busy in the last minute (load {:.1f}), so expect noise\n",
                      load));
  Progress progress(options.quiet);
  std::vector<Row> rows;
  const auto count = static_cast<double>(options.presets.size() * options.norms.size());
  for (const std::string& preset : options.presets)
    for (const Norm norm : options.norms)
      rows.push_back(contest(preset, norm, peer.get(), options, [&](int round) {
        const double done = static_cast<double>(rows.size()) + round / (options.rounds + 1.0);
        progress.show(
            done / count, preset + " " + name(norm),
            round == 0 ? "checking and warming up" : fmt::format("round {} of {}", round, options.rounds));
      }));
  progress.clear();
  print_table(options, rows, peer.get());
  if (!options.json.empty()) write_json(options, rows, peer.get(), load);
}

}  // namespace
}  // namespace norma

int main(int argc, char** argv) {
  return norma::run_app("bench_train", [&] {
    const norma::BenchOptions options = norma::parse_bench_options(argc, argv);
    if (options.help) return norma::print(norma::bench_help()), 0;
    return norma::run(options), 0;
  });
}
