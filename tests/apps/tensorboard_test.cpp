// Event files, read by an independent reader and by TensorBoard's own reader.
#include "optim/tensorboard.h"

#include <ctime>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "data/checksum.h"
#include "layers/export/protobuf.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"
#include "tests/support/process.h"
#include "tests/support/protobuf_reader.h"
#include "tests/support/python.h"

using namespace norma;
using namespace norma::test;
namespace fs = std::filesystem;

namespace {

// The masked CRC of a record, as defined in tensorflow/core/lib/hash/crc32c.h.
std::uint64_t mask(std::string_view bytes) {
  const std::uint32_t crc = crc32c(0, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  return static_cast<std::uint32_t>(((crc >> 15) | (crc << 17)) + 0xa282ead8ul);
}

std::vector<ProtobufReader> read_events(const fs::path& file) {
  const std::string content = read_file(file);
  std::vector<ProtobufReader> events;
  for (std::string_view rest = content; !rest.empty();) {
    REQUIRE(rest.size() >= 16);
    const std::uint64_t length = ProtobufReader::little_endian(rest.substr(0, 8));
    CHECK(ProtobufReader::little_endian(rest.substr(8, 4)) == mask(rest.substr(0, 8)));
    REQUIRE(rest.size() >= 16 + length);
    const std::string_view event = rest.substr(12, length);
    CHECK(ProtobufReader::little_endian(rest.substr(12 + length, 4)) == mask(event));
    events.emplace_back(event);
    rest.remove_prefix(16 + length);
  }
  return events;
}

std::map<std::string, float> scalars_in(const ProtobufReader& event) {
  std::map<std::string, float> scalars;
  for (const ProtobufReader& value : event.message(5).messages(1)) scalars[value.text(1)] = value.float32(2);
  return scalars;
}

std::vector<fs::path> event_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().find("tfevents") != std::string::npos) files.push_back(entry.path());
  return files;
}

Finished short_run(const fs::path& out) {
  return run_program({NORMA_CIFAR_NORM, "--data", "synthetic", "--limit-train", "32", "--limit-test", "16",
                      "--batch-size", "16", "--epochs", "2", "--val-split", "0.005", "--tensorboard", "--out",
                      out.string()});
}

// A line of metrics.jsonl with TensorBoard's tags.
std::map<std::string, double> scalars_of_line(const nlohmann::json& line) {
  std::map<std::string, double> scalars;
  for (const std::string key : {"train_loss", "train_accuracy", "test_loss", "test_accuracy",
                                "validation_loss", "validation_accuracy", "lr", "images_per_second"}) {
    std::string tag = key;
    if (key != "lr" && key != "images_per_second") tag[key.find('_')] = '/';
    scalars[tag] = line.at(key).get<double>();
  }
  return scalars;
}

std::vector<nlohmann::json> metrics_in(const fs::path& run) {
  std::vector<nlohmann::json> lines;
  std::ifstream in(run / "metrics.jsonl");
  for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

}  // namespace

TEST_CASE("protobuf is written as its documentation says", "[protobuf]") {
  CHECK(ProtobufMessage().bytes(1, "hi").varint(2, 300).wire() == "\x0A\x02hi\x10\xAC\x02");
  CHECK(ProtobufMessage().varint(1, 150).wire() == "\x08\x96\x01");  // the example of the documentation
  CHECK(ProtobufMessage().varint(1, -2).wire() == "\x08\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01");
  CHECK(ProtobufMessage().message(3, ProtobufMessage().varint(1, 150)).wire() == "\x1A\x03\x08\x96\x01");
  CHECK(ProtobufMessage().float32(1, 1.5f).wire() == std::string("\x0D\x00\x00\xC0\x3F", 5));
  CHECK(ProtobufMessage().float64(16, 1.5).wire() ==
        std::string("\x81\x01\x00\x00\x00\x00\x00\x00\xF8\x3F", 10));
  const ProtobufReader back(ProtobufMessage().varint(7, INT64_MIN).float64(8, -0.1).bytes(9, "").wire());
  CHECK(back.integer(7) == INT64_MIN);
  CHECK(back.float64(8) == -0.1);
  CHECK(back.text(9) == "");
}

TEST_CASE("an event file has records with correct CRCs: first a version, then scalars", "[tensorboard]") {
  const TemporaryFolder folder;
  const auto before = static_cast<double>(std::time(nullptr));
  EventFile file(folder.path());
  file.write(1, {{"train/loss", 2.25}, {"lr", 0.01}});
  file.write(200, {{"train/loss", -1e-3}});
  REQUIRE(event_files(folder.path()) == std::vector{file.path()});
  CHECK_THAT(file.path().filename().string(), Catch::StartsWith("events.out.tfevents.1"));
  const auto events = read_events(file.path());
  REQUIRE(events.size() == 3);
  CHECK(events[0].text(3) == "brain.Event:2");
  CHECK(events[0].all(5).empty());
  CHECK(events[1].integer(2) == 1);
  CHECK(scalars_in(events[1]) == std::map<std::string, float>{{"train/loss", 2.25f}, {"lr", 0.01f}});
  CHECK(events[2].integer(2) == 200);
  CHECK(scalars_in(events[2]) == std::map<std::string, float>{{"train/loss", -1e-3f}});
  for (const ProtobufReader& event : events) {
    CHECK(event.float64(1) >= before);
    CHECK(event.float64(1) < before + 600);
  }
}

TEST_CASE("the error about an event file that cannot be written is one sentence", "[tensorboard]") {
  CHECK_THROWS_WITH(EventFile("/nonexistent"), Catch::Contains("could not write /nonexistent/events.out"));
}

TEST_CASE("a run with --tensorboard writes the values of metrics.jsonl and puts an earlier run's file aside",
          "[app][tensorboard]") {
  const TemporaryFolder folder;
  const fs::path run = folder.path() / "run";
  for (int repetition = 0; repetition < 2; ++repetition) {
    const Finished finished = short_run(run);
    INFO(finished.out << finished.err);
    REQUIRE(finished.status == 0);
    const auto files = event_files(run);
    REQUIRE(files.size() == 1);
    const auto events = read_events(files[0]);
    const auto lines = metrics_in(run);
    REQUIRE(events.size() == 3);
    REQUIRE(lines.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(events[i + 1].integer(2) == lines[i].at("epoch"));
      const auto got = scalars_in(events[i + 1]);
      CHECK(got.size() == 8);
      for (const auto& [tag, value] : scalars_of_line(lines[i])) {
        CAPTURE(tag);
        CHECK(got.at(tag) == static_cast<float>(value));
      }
    }
  }
  CHECK(read_events(run / "events.~1~").size() == 3);
}

TEST_CASE("TensorBoard's own reader finds every scalar of a run", "[app][tensorboard][python]") {
  const std::string python = python_with("tensorboard");
  if (python.empty()) {
    std::cout << no_python_with("tensorboard") << "\n";
    return;
  }
  const TemporaryFolder folder;
  REQUIRE(short_run(folder.path() / "run").status == 0);
  const Finished reader =
      run_program({"/usr/bin/env", python, NORMA_SOURCE_DIR "/tests/apps/read_events.py", folder / "run"});
  INFO(reader.out << reader.err);
  REQUIRE(reader.status == 0);
  const auto read = nlohmann::json::parse(reader.out);
  CHECK(read.size() == 8);
  const auto lines = metrics_in(folder / "run");
  REQUIRE(lines.size() == 2);
  for (std::size_t i = 0; i < lines.size(); ++i)
    for (const auto& [tag, value] : scalars_of_line(lines[i])) {
      CAPTURE(tag);
      REQUIRE(read.at(tag).size() == lines.size());
      CHECK(read.at(tag)[i][0] == lines[i].at("epoch"));
      CHECK(read.at(tag)[i][1].get<float>() == static_cast<float>(value));
    }
}
