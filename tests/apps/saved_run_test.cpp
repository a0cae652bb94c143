#include "apps/run/saved_run.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <memory>
#include <thread>

#include "apps/run/run_config.h"
#include "apps/run/run_folder.h"
#include "core/save_file.h"
#include "tests/data/temporary_folder.h"

using namespace norma;
using namespace norma::test;

namespace {

const char* const config = R"({"data": {"name": "cifar10"}, "network": {"norm": "gn", "groups": 4},
                               "training": {"epochs": 2}})";

EpochResult epoch(int number, double accuracy) {
  return {.epoch = number,
          .lr = 0.01,
          .train = {1.5, 40.25},
          .test = {1.25, accuracy},
          .validation = Score{1.75, 30.5},
          .seconds = 60.5,
          .images_per_second = 800.125};
}

std::string lines(const std::vector<EpochResult>& epochs) {
  std::string text;
  for (const EpochResult& e : epochs) text += metrics_of(e, "cifar10").dump() + "\n";
  return text;
}

}  // namespace

TEST_CASE("a run folder reads back as it was written", "[saved_run]") {
  const TemporaryFolder folder;
  CHECK(!is_run(folder.path()));
  write_file(folder / "config.json", config);
  CHECK(is_run(folder.path()));
  CHECK(read_run(folder.path()).epochs.empty());  // killed in the first epoch
  write_file(folder / "metrics.jsonl", lines({epoch(1, 50.5), epoch(2, 49)}));
  write_file(folder / "model.safetensors", "");

  const SavedRun run = read_run(folder.path());
  CHECK(run.complete());
  CHECK(run.epochs_asked() == 2);
  CHECK(run.norm_label() == "gn4");
  CHECK(run.data_name() == "cifar10");
  CHECK(run.best().epoch == 1);
  REQUIRE(run.epochs.size() == 2);
  CHECK(lines(run.epochs) == lines({epoch(1, 50.5), epoch(2, 49)}));
}

TEST_CASE("a run that was killed is not complete, and a line cut off is no epoch", "[saved_run]") {
  const TemporaryFolder folder;
  write_file(folder / "config.json", config);
  write_file(folder / "model.safetensors", "");
  write_file(folder / "metrics.jsonl", lines({epoch(1, 50.5)}) + R"({"epoch": 2, "lr")");
  CHECK(read_run(folder.path()).epochs.size() == 1);
  CHECK(!read_run(folder.path()).complete());
  write_file(folder / "metrics.jsonl", lines({epoch(1, 50.5), epoch(2, 49)}));
  CHECK(read_run(folder.path()).complete());
  std::filesystem::remove(folder / "model.safetensors");
  CHECK(!read_run(folder.path()).complete());
}

TEST_CASE("a run is the same where images, executor and instruction set are", "[saved_run]") {
  const nlohmann::ordered_json run = {{"program", "cifar_norm"},
                                      {"data", {{"name", "cifar10"}, {"crc32", "01234567"}}},
                                      {"network", {{"norm", "gn"}}},
                                      {"training", {{"seed", 1}}},
                                      {"machine", {{"device", "cpu"}, {"threads", 2}, {"simd", "AVX2"}}}};
  CHECK(same_recipe(run, run));
  const auto with = [&](const char* part, const char* key, const nlohmann::ordered_json& value) {
    nlohmann::ordered_json other = run;
    other[part][key] = value;
    return same_recipe(run, other);
  };
  CHECK(with("machine", "threads", 1));
  CHECK(!with("machine", "simd", "SSE4"));
  CHECK(!with("machine", "device", "simt"));
  CHECK(!with("data", "crc32", "00000000"));
  CHECK(!with("training", "seed", 2));
}

TEST_CASE("a run folder takes one process at a time, and puts an earlier run aside under one number",
          "[saved_run]") {
  const TemporaryFolder folder;
  const auto run = std::make_unique<RunFolder>(folder.path(), "gn");
  CHECK_THROWS_WITH(RunFolder(folder.path(), "gn"), Catch::Contains("another process is training into"));
  write_file(folder / "report.html.~1~", "kept by somebody");
  const std::string number = put_aside({folder / "metrics.jsonl", folder / "report.html", folder / "none"});
  CHECK(number == "~2~");
  CHECK(std::filesystem::exists(folder / "metrics.jsonl.~2~"));
  CHECK(!std::filesystem::exists(folder / "metrics.jsonl"));
  CHECK(norma::read_file(folder / "report.html.~1~") == "kept by somebody");
  CHECK(put_aside({folder / "none"}).empty());
}

TEST_CASE("a file is written whole, through a link, and into a pipe without replacing it", "[saved_run]") {
  const TemporaryFolder folder;
  namespace fs = std::filesystem;
  save_file(folder / "file", "one");
  fs::create_symlink("file", folder / "link");
  save_file(folder / "link", "two");
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(norma::read_file(folder / "file") == "two");
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  std::string came;
  std::jthread reader([&] { came = norma::read_file(folder / "pipe"); });
  save_file(folder / "pipe", "three");
  reader.join();
  CHECK(came == "three");
  CHECK(fs::is_fifo(folder / "pipe"));
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 3);  // nothing half-written
}

TEST_CASE("what is no run is refused in one sentence that names the file", "[saved_run]") {
  const TemporaryFolder folder;
  using Catch::Contains;
  CHECK_THROWS_WITH(read_run(folder.path()), Contains("there is no run in " + folder.path().string()));
  write_file(folder / "config.json", "{");
  CHECK_THROWS_WITH(read_run(folder.path()), Contains("config.json is no configuration"));
  write_file(folder / "config.json", R"({"data": {}, "network": 3})");
  CHECK_THROWS_WITH(read_run(folder.path()), Contains("config.json is no configuration"));
  write_file(folder / "config.json", config);
  write_file(folder / "metrics.jsonl", lines({epoch(1, 50.5)}) + "nonsense\n");
  CHECK_THROWS_WITH(read_run(folder.path()), Contains("metrics.jsonl: line 2 is no JSON"));
  write_file(folder / "metrics.jsonl", lines({epoch(1, 50.5)}) + "{}\n");
  CHECK_THROWS_WITH(read_run(folder.path()), Contains("metrics.jsonl: line 2 is not what it should be"));
  write_file(folder / "metrics.jsonl", lines({epoch(2, 50.5)}));
  CHECK_THROWS_WITH(read_run(folder.path()), Contains("metrics.jsonl has epoch 2 where 1 should be"));
}
