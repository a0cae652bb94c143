// A run that was killed and goes on ends as one that was never interrupted.
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "core/clock.h"
#include "core/save_file.h"
#include "layers/safetensors.h"
#include "optim/run/checkpoint.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"
#include "tests/support/compare_runs.h"
#include "tests/support/process.h"

using namespace norma;
using namespace norma::test;
namespace fs = std::filesystem;

namespace {

const int images = sanitized ? 96 : 256;

std::vector<std::string> training(const fs::path& out, const std::vector<std::string>& more = {}) {
  std::vector<std::string> argv = {NORMA_CIFAR_NORM,
                                   "--data",
                                   "synthetic",
                                   "--limit-train",
                                   std::to_string(images),
                                   "--limit-test",
                                   "64",
                                   "--epochs",
                                   "3",
                                   "--batch-size",
                                   "16",
                                   "--out",
                                   out.string(),
                                   "--preset",
                                   "skip-37108",
                                   "--checkpoint-every",
                                   "3"};
  argv.insert(argv.end(), more.begin(), more.end());
  return argv;
}

std::vector<std::string> killed_after(double seconds, const std::vector<std::string>& argv) {
  std::vector<std::string> all = {"/usr/bin/timeout", "-s", "KILL", fmt::format("{:.3f}", seconds)};
  all.insert(all.end(), argv.begin(), argv.end());
  return all;
}

}  // namespace

TEST_CASE("a run that is killed at 25 moments and goes on ends with the same bits", "[resume]") {
  const TemporaryFolder folder;
  const Clock clock;
  REQUIRE(run_program(training(folder.path() / "whole")).status == 0);
  const double seconds = clock.seconds();
  std::mt19937 random(7);
  int kills = 0;
  for (int run = 0; kills < (sanitized ? 4 : 25); ++run) {
    const fs::path out = folder.path() / std::to_string(run);
    for (int attempt = 0;; ++attempt) {
      // Each attempt may take longer than the one before. Otherwise a machine that is slower now than during
      // the whole run would kill every attempt before its first checkpoint, and this would never end.
      const double share = std::uniform_real_distribution<>(0.05, 0.6)(random) * (1 + attempt / 4.0);
      const auto end = run_program(killed_after(
          share * seconds, training(out, {"--resume", "--threads", std::to_string(1 + attempt % 3)})));
      INFO(end.out << end.err);
      if (end.status == 0) break;
      REQUIRE(end.status == 128 + 9);
      ++kills;
    }
    check_same(out, folder.path() / "whole");
  }
}

TEST_CASE("an interrupted run says how to go on, and does", "[resume]") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "run", whole = folder.path() / "whole";
  const auto stopped = run_program(training(out), "epoch  1/3");
  CHECK(stopped.status == 130);
  CHECK_THAT(stopped.out, Catch::Contains("continue with: cifar_norm --data synthetic") &&
                              Catch::Contains("--resume --out " + out.string()));
  CHECK_THAT(norma::read_file(out / "config.json"), Catch::Contains("\"interrupted\": \"in epoch "));
  CHECK(fs::exists(out / "checkpoint.safetensors"));
  const auto rest = run_program(training(out, {"--resume"}));
  INFO(rest.out << rest.err);
  CHECK(rest.status == 0);
  CHECK_THAT(rest.out, Catch::Contains("resumed   after epoch 1"));
  CHECK_THAT(norma::read_file(out / "config.json"), !Catch::Contains("interrupted"));
  REQUIRE(run_program(training(whole)).status == 0);
  check_same(out, whole);

  SECTION("a finished run is kept, and its pictures are made again where they are missing") {
    fs::remove(out / "curves.png");
    fs::remove(out / "misclassified.png");
    const auto kept = run_program(training(out, {"--resume"}));
    CHECK(kept.status == 0);
    CHECK_THAT(kept.out, Catch::Contains("holds this run"));
    check_same(out, whole);
  }
}

TEST_CASE("a checkpoint of another run is refused with what differs", "[resume]") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "run";
  REQUIRE(run_program(training(out), "epoch  1/3").status == 130);
  const std::string before = norma::read_file(out / "checkpoint.safetensors");
  const auto refused = [&](const std::vector<std::string>& flags, const std::string& why) {
    std::vector<std::string> all = {"--resume"};
    all.insert(all.end(), flags.begin(), flags.end());
    const auto end = run_program(training(out, all));
    CHECK(end.status == 1);
    CHECK_THAT(end.err, Catch::Contains(why));
    CHECK(norma::read_file(out / "checkpoint.safetensors") == before);
  };
  refused({"--lr", "0.5"}, "training.lr is 0.01 there and 0.5 here");
  refused({"--norm", "gn"}, "network.norm is \"bn\" there and \"gn\" here");
  refused({"--precision", "tf32"}, "network.precision is not set there and \"tf32\" here");
  refused({"--limit-train", "64"}, fmt::format("data.train_images is {} there and 64 here", images));
  refused({"--epochs", "9"}, "training.epochs is 3 there and 9 here");
  std::string damaged = before;
  damaged[damaged.size() - 100] ^= 1;
  save_file(out / "checkpoint.safetensors", damaged);
  const auto end = run_program(training(out, {"--resume"}));
  CHECK(end.status == 1);
  CHECK_THAT(end.err, Catch::Contains("is damaged"));
  save_file(out / "checkpoint.safetensors", before);
  Checkpoint checkpoint = *load_checkpoint(out);
  checkpoint.metrics.push_back(R"({"epoch": 9})");
  save_checkpoint(out, checkpoint);
  CHECK_THAT(run_program(training(out, {"--resume"})).err, Catch::Contains("has the metrics of "));
  const auto no_folder = run_program({NORMA_CIFAR_NORM, "--resume"});
  CHECK(no_folder.status == 2);
}

TEST_CASE("a checkpoint with more lines than a run can have epochs is refused", "[resume]") {
  const TemporaryFolder folder;
  Checkpoint checkpoint{parse_config(R"({"data": {}, "network": {"norm": "bn"}})", "test"), {"a"}, {"b"}, {}};
  save_checkpoint(folder.path(), checkpoint);
  CHECK(load_checkpoint(folder.path())->metrics == checkpoint.metrics);
  checkpoint.metrics.resize(200'000);
  save_checkpoint(folder.path(), checkpoint);
  CHECK_THROWS_WITH(load_checkpoint(folder.path()), Catch::Contains("has lines of more than 100000 epochs"));
}

TEST_CASE("a run that was killed before its first checkpoint begins again, in the same files", "[resume]") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "run", whole = folder.path() / "whole";
  REQUIRE(run_program(training(whole)).status == 0);
  fs::create_directory(out);
  fs::copy_file(whole / "config.json", out / "config.json");
  for (const char* file : {"metrics.jsonl", "norm_statistics.jsonl"})
    std::ofstream(out / file) << "{\"epoch\": 0";
  CHECK(run_program(training(out, {"--resume"})).status == 0);
  check_same(out, whole);
}

TEST_CASE("a series goes on within the run that was killed", "[resume]") {
  const TemporaryFolder folder;
  const auto series = [&](const std::string& out) {
    std::vector<std::string> argv = training(folder.path() / out, {"--norms", "bn,gn"});
    argv.insert(argv.begin() + 1, "compare");
    return argv;
  };
  REQUIRE(run_program(series("whole")).status == 0);
  const auto stopped = run_program(series("run"), "epoch  2/3");
  CHECK(stopped.status == 130);
  const auto rest = run_program(series("run"));
  INFO(rest.out << rest.err);
  CHECK(rest.status == 0);
  CHECK_THAT(rest.out, Catch::Contains("resumed   after epoch 2"));
  for (const char* run : {"bn-seed1", "gn-seed1"})
    check_same(folder.path() / "run" / run, folder.path() / "whole" / run);
}

TEST_CASE("a reader that goes away does not end a training", "[resume]") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "run";
  std::string command;
  for (const std::string& word : training(out)) command += "'" + word + "' ";
  const auto end = run_program({"/bin/bash", "-c", command + " | head -1; exit ${PIPESTATUS[0]}"});
  CHECK(end.status == 0);
  CHECK(fs::exists(out / "report.html"));
}
