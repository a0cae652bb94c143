#include "apps/commands/share.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <regex>
#include <thread>

#include "apps/cli/arguments.h"
#include "apps/cli/run_app.h"
#include "apps/report/pages/words.h"
#include "core/save_file.h"
#include "optim/run/claim.h"
#include "optim/run/saved_run.h"

namespace norma {
namespace {

namespace fs = std::filesystem;
using S = const std::string&;

std::pair<std::size_t, std::size_t> shard_from(S flag, S value) {
  const std::vector<std::string> parts = split_words(value, '/');
  if (parts.size() != 2) fail_usage("--{} takes K/N, for example 1/4, not '{}'", flag, value);
  const std::int64_t n = whole_number(flag, parts[1], 1, 1'000'000);
  return {whole_number(flag, parts[0], 1, n), n};
}

// The path of one of Norma's programs, which are in one folder; its name, if they are not.
std::string program_path(const std::string& name) {
  std::error_code error;
  const fs::path path = fs::read_symlink("/proc/self/exe", error).parent_path() / name;
  return !error && fs::exists(path) ? quoted(path.string()) : name;
}

void print_line_of(const PlannedRun& run) {
  const std::size_t end = run.command.find(' ');
  print(fmt::format("{}{} --out {} --resume\n", program_path(run.command.substr(0, end)),
                    run.command.substr(end),
                    quoted(fs::absolute(run.options.out).lexically_normal().string())));
}

bool is_complete(const PlannedRun& run) {
  try {
    return is_run(run.options.out) && read_run(run.options.out).complete();
  } catch (const Error&) {
    return false;
  }
}

// What decides the result of a run: its command without the flags in which machines may differ.
std::string content_of(const PlannedRun& run) {
  return std::regex_replace(run.command, std::regex(" --(threads [0-9]+|quiet)(?= |$)"), "");
}

using Train = std::function<RunResult(const PlannedRun&, Finished)>;

// Trains the run and returns true, unless another process does; then `owner` is who.
bool train_claimed(const PlannedRun& run, Claims& claims, const Train& train, std::string& owner) {
  const std::string name = fs::path(run.options.out).filename();
  const Claims::Answer answer = claims.take(name, content_of(run), [&] { return is_complete(run); });
  if (answer.finished) return true;
  owner = fmt::format("{} trains {}", answer.owner, name);
  if (!answer.claim) return false;
  const RunResult result = train(run, Finished::keep_of_any_machine);
  if (result.stopped || interrupted()) return false;
  if (answer.claim->lost())
    print(
        fmt::format("note      another process has trained {} too, because this one showed no life\n", name));
  else
    answer.claim->finish();
  return true;
}

// Trains the runs that no other process does, until all are complete or this one is interrupted.
void train_claimed(std::vector<const PlannedRun*> open, const fs::path& out, double timeout,
                   const Train& train) {
  Claims claims(out / "claims", timeout);
  bool waiting = false;
  while (!open.empty() && !interrupted()) {
    const std::size_t before = open.size();
    std::string owner;
    std::erase_if(open, [&](const PlannedRun* run) {
      return !interrupted() && train_claimed(*run, claims, train, owner);
    });
    if (open.empty() || open.size() < before || interrupted()) continue;
    if (!waiting)
      say(open[0]->options.quiet,
          fmt::format("waiting   for {}; {}", counted(static_cast<std::int64_t>(open.size()), "run"), owner));
    waiting = true;
    std::this_thread::sleep_for(std::chrono::duration<double>(std::clamp(timeout / 20, 0.1, 5.0)));
  }
}

void mark_as_shared(const fs::path& out) {
  fs::create_directories(out);
  save_file(
      out / "shared.txt",
      "Several processes train the runs in this folder (--shard or --claim). The same command without these "
      "flags makes the report from the runs that are complete, and trains none.\n");
}

}  // namespace

const std::vector<Flag<Share>>& share_flags() {
  static const std::vector<Flag<Share>> all = {
      {"Several processes", "plan", "", "print one command line per run, and train none",
       [](Share& o, S, S) { o.plan = true; }},
      {"Several processes", "shard", "K/N", "train only the runs K, K + N, K + 2N, …, counted from 1",
       [](Share& o, S f, S v) { o.shard = shard_from(f, v); }},
      {"Several processes", "claim", "", "train the runs that no other process with --claim trains in --out",
       [](Share& o, S, S) { o.claim = true; }},
      {"Several processes", "claim-timeout", "S",
       "seconds without a sign of life of its process after which a run is taken over (120)",
       [](Share& o, S f, S v) { o.claim_timeout = number(f, v, 1, 86'400); }},
  };
  return all;
}

void check_share(const Share& share) {
  if (share.claim && (share.plan || share.shard))
    fail_usage("--claim cannot be used with --{}: it chooses the runs itself", share.plan ? "plan" : "shard");
  if (share.claim_timeout && !share.claim && !share.shard)
    fail_usage("--claim-timeout has no effect without --claim or --shard");
}

ShareResult train_share(const std::vector<PlannedRun>& runs, const Share& share, const fs::path& out,
                        const std::function<const DataSplit&(const Options&)>& images, Progress& progress,
                        const std::function<void(const PlannedRun&, const RunResult&)>& done,
                        const std::function<void()>& before_training) {
  std::vector<const PlannedRun*> mine;
  for (std::size_t i = 0; i < runs.size(); ++i)
    if (!share.shard || i % share.shard->second + 1 == share.shard->first) mine.push_back(&runs[i]);
  if (share.plan) {
    for (const PlannedRun* run : mine) print_line_of(*run);
    return {};
  }
  const bool shared = share.claim || share.shard;
  const bool gather = !shared && fs::exists(out / "shared.txt");
  const Train train = [&](const PlannedRun& run, Finished finished) {
    const bool quiet = run.options.quiet || gather;
    say(quiet, "");
    say(quiet, fmt::format("run {} of {}: {}", &run - runs.data() + 1, runs.size(), run.label));
    Options options = run.options;
    options.quiet = quiet;
    const RunResult result = train_run(options, images(options), run.command, progress, finished,
                                       {.before_training = shared ? nullptr : before_training});
    if (!result.stopped && !interrupted() && !result.missing && done) done(run, result);
    return result;
  };
  ShareResult all;
  if (shared) {
    mark_as_shared(out);
    train_claimed(mine, out, share.claim_timeout.value_or(120), train);
    all.status = interrupted() ? interrupt_status() : 0;
    if (!interrupted())
      print(fmt::format("done: {} of {} runs are complete; the same command without --{} makes the report\n",
                        mine.size(), runs.size(), share.claim ? "claim" : "shard"));
    return all;
  }
  for (const PlannedRun& run : runs) {
    const RunResult result = train(run, gather ? Finished::only_keep : Finished::keep);
    if (result.stopped || interrupted()) return {{}, {}, interrupt_status()};
    if (result.missing) all.missing.push_back(run.label);
    all.runs.push_back(result);
  }
  if (!all.missing.empty())
    print(fmt::format("missing   {} of {} runs: {}; train them with --claim\n", all.missing.size(),
                      runs.size(), fmt::join(all.missing, "; ")));
  return all;
}

}  // namespace norma
