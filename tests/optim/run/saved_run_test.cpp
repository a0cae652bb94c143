#include "optim/run/saved_run.h"

#include <sys/stat.h>

#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/save_file.h"
#include "optim/run/metrics_json.h"
#include "optim/run/norm_statistics_json.h"
#include "optim/run/run_folder.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"

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

TEST_CASE("a run folder is read as it was written", "[saved_run]") {
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

TEST_CASE("a killed run is not complete, and an incomplete line is not an epoch", "[saved_run]") {
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

TEST_CASE("two runs are the same if images, executor and instruction set are the same", "[saved_run]") {
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
  run->begin({});
  write_file(folder / "report.html.~1~", "an older report");
  const std::string number = put_aside({folder / "metrics.jsonl", folder / "report.html", folder / "none"});
  CHECK(number == "~2~");
  CHECK(std::filesystem::exists(folder / "metrics.jsonl.~2~"));
  CHECK(!std::filesystem::exists(folder / "metrics.jsonl"));
  CHECK(norma::read_file(folder / "report.html.~1~") == "an older report");
  CHECK(put_aside({folder / "none"}).empty());
}

TEST_CASE("a file is written completely, through a link, and into a pipe without replacing it",
          "[saved_run]") {
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

TEST_CASE("a folder without a valid run is refused in one sentence that names the file", "[saved_run]") {
  const TemporaryFolder folder;
  using Catch::Contains;
  CHECK_THROWS_WITH(read_run(folder.path()), Contains("there is no run in " + folder.path().string()));
  write_file(folder / "config.json", "{");
  CHECK_THROWS_WITH(read_run(folder.path()), Contains("config.json is not JSON"));
  write_file(folder / "config.json", R"({"data": {}, "network": 3})");
  CHECK_THROWS_WITH(read_run(folder.path()), Contains("config.json: network is 3 instead of an object"));
  write_file(folder / "config.json", config);
  write_file(folder / "metrics.jsonl", lines({epoch(1, 50.5)}) + "nonsense\n");
  CHECK_THROWS_WITH(read_run(folder.path()), Contains("metrics.jsonl, line 2 is not JSON"));
  write_file(folder / "metrics.jsonl", lines({epoch(1, 50.5)}) + "{}\n");
  CHECK_THROWS_WITH(read_run(folder.path()), Contains("metrics.jsonl, line 2: epoch is missing"));
  write_file(folder / "metrics.jsonl", lines({epoch(2, 50.5)}));
  CHECK_THROWS_WITH(read_run(folder.path()), Contains("metrics.jsonl has epoch 2 instead of 1"));
}

TEST_CASE("every value that is read back of a run is checked", "[saved_run]") {
  const TemporaryFolder folder;
  using Catch::Contains;
  using Json = nlohmann::ordered_json;
  const auto error = [&] { return text_thrown<Error>([&] { read_run(folder.path()); }); };
  const auto error_of_config = [&](const char* path, const Json& value) {
    Json json = Json::parse(config);
    json[Json::json_pointer(path)] = value;
    write_file(folder / "config.json", json.dump());
    return error();
  };
  CHECK_THAT(error_of_config("/training/epochs", "two"), Contains("training.epochs is \"two\""));
  CHECK_THAT(error_of_config("/training/epochs", 0), Contains("training.epochs is 0"));
  CHECK_THAT(error_of_config("/training/epochs", 1e12), Contains("training.epochs is"));
  CHECK_THAT(error_of_config("/training", nullptr), Contains("training.epochs is missing"));
  CHECK_THAT(error_of_config("/training/seed", -1), Contains("training.seed is -1"));
  CHECK_THAT(error_of_config("/training/lr", "0.1"), Contains("training.lr is \"0.1\""));
  CHECK_THAT(error_of_config("/data/train_images", 1.5), Contains("data.train_images is 1.5"));
  CHECK_THAT(error_of_config("/data/name", Json::array()), Contains("data.name is a list"));
  CHECK_THAT(error_of_config("/network/parameters", -3), Contains("network.parameters is -3"));
  CHECK_THAT(error_of_config("/network/name", 5), Contains("network.name is 5"));
  CHECK_THAT(error_of_config("/diverged", 1), Contains("diverged is 1 instead of a text"));
  CHECK_THAT(error_of_config("/command", Json::object()), Contains("command is an object"));
  CHECK_THAT(error_of_config("/machine", 3), Contains("machine is 3 instead of an object"));
  CHECK(error_of_config("/network/name", "c11-48096").empty());

  const auto error_of_metric = [&](const char* key, const Json& value) {
    Json line = metrics_of(epoch(1, 50), "cifar10");
    line[key] = value;
    write_file(folder / "metrics.jsonl", line.dump() + "\n");
    return error();
  };
  const std::string where = (folder / "metrics.jsonl").string() + ", line 1: ";
  CHECK(error_of_metric("epoch", 1.5) == where + "epoch is 1.5 instead of a whole number from 1 to 100000");
  CHECK(error_of_metric("train_loss", nullptr).empty());  // NaN, with --on-nan continue
  CHECK_THAT(error_of_metric("train_accuracy", nullptr), Contains("train_accuracy is null"));
  CHECK_THAT(error_of_metric("test_loss", 1e300), Contains("test_loss is 1e+300"));
  CHECK_THAT(error_of_metric("test_accuracy", 101), Contains("test_accuracy is 101"));
  CHECK_THAT(error_of_metric("seconds", -1), Contains("seconds is -1"));
  CHECK_THAT(error_of_metric("lr", "x"), Contains("lr is \"x\""));
  CHECK(error_of_metric("images_per_second", nullptr).empty());  // what was too fast to be measured
  write_file(folder / "metrics.jsonl", lines({epoch(1, 50), epoch(2, 50), epoch(3, 50)}));
  CHECK_THAT(error(), Contains("metrics.jsonl has more than 2 lines"));
  write_file(folder / "metrics.jsonl", std::string(1 << 21, ' '));
  CHECK_THAT(error(), Contains("metrics.jsonl, line 1 has more than 1048576 bytes"));
  write_file(folder / "metrics.jsonl", std::string(1 << 20, '[') + "\n");
  CHECK_THAT(error(), Contains("metrics.jsonl, line 1: its JSON is nested more than 32 deep"));
  std::filesystem::remove(folder / "metrics.jsonl");
  REQUIRE(mkfifo((folder / "metrics.jsonl").c_str(), 0600) == 0);
  CHECK_THAT(error(), Contains("metrics.jsonl: it is not a file"));
}

TEST_CASE("the norms' statistics of a run are those of the same layers in every epoch", "[saved_run]") {
  const TemporaryFolder folder;
  using Catch::Contains;
  write_file(folder / "config.json", config);
  const auto error = [&](const std::vector<NormStatistics>& statistics) {
    std::string text;
    for (const NormStatistics& s : statistics) text += json_of(s).dump() + "\n";
    write_file(folder / "norm_statistics.jsonl", text);
    return text_thrown<Error>([&] { read_run(folder.path()); });
  };
  const NormStatistics start{0, 64, {{"C1.norm", "GroupNorm", {}, ImageStatistics(), {{"C1.norm.weight"}}}}};
  NormStatistics next = start;
  next.epoch = 1;
  CHECK(error({start, next}).empty());
  CHECK_THAT(error({next}), Contains("has epoch 1 instead of 0"));
  next.layers[0].parameters.clear();
  CHECK_THAT(error({start, next}), Contains("has other layers in epoch 1 than in epoch 0"));
  next.layers[0] = start.layers[0], next.layers[0].y.reset();
  CHECK_THAT(error({start, next}), Contains("has other layers in epoch 1"));
  next.layers.clear();
  CHECK_THAT(error({start, next}), Contains("has other layers in epoch 1"));
  next = start, next.epoch = 1, next.layers[0].x.variance = 1e200;
  CHECK_THAT(error({start, next}), Contains("line 2: layers[0].x.variance is 1e+200"));
  next.layers[0].x.variance = NAN;
  CHECK(error({start, next}).empty());
}
