#include "apps/series.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/data/temporary_folder.h"
#include "tests/support/process.h"

using namespace norma;
using test::run_program;
using test::TemporaryFolder;

TEST_CASE("mean and deviation over seeds", "[series]") {
  CHECK(spread({2, 4, 9}).mean == 5);
  CHECK(spread({2, 4, 9}).deviation == Approx(3.6055512755));
  CHECK(spread({7}).deviation == 0);
  CHECK(to_string({75.494, 0.306}, 3) == "75.49 ± 0.31");
  CHECK(to_string({75.494, 0}, 1) == "75.49");
}

TEST_CASE("compare trains each norm and seed, and none a second time", "[series]") {
  const TemporaryFolder folder;
  const std::string out = folder / "c";
  const std::vector<std::string> command = {
      NORMA_CIFAR_NORM, "compare", "--norms",       "bn,gn", "--seeds",      "2",  "--data", "synthetic",
      "--epochs",       "1",       "--limit-train", "64",    "--limit-test", "40", "--out",  out};
  const test::Finished first = run_program(command);
  INFO(first.out << first.err);
  REQUIRE(first.status == 0);
  for (const char* run : {"bn-seed1", "bn-seed2", "gn-seed1", "gn-seed2"})
    CHECK(std::filesystem::exists(folder / "c" / run / "model.safetensors"));
  CHECK_THAT(first.out, Catch::Contains("run 4 of 4") && Catch::Contains("±"));

  const auto written = std::filesystem::last_write_time(folder / "c/bn-seed2/model.safetensors");
  const test::Finished second = run_program(command);
  REQUIRE(second.status == 0);
  CHECK(std::filesystem::last_write_time(folder / "c/bn-seed2/model.safetensors") == written);
  const auto table = [](const std::string& text) { return text.substr(text.find("norm      parameters")); };
  CHECK(table(second.out) == table(first.out));
}

TEST_CASE("study refuses what it does not know", "[series]") {
  const test::Finished wrong = run_program({NORMA_CIFAR_NORM, "study", "batch-sise"});
  CHECK(wrong.status == 2);
  CHECK_THAT(wrong.err, Catch::Contains("did you mean batch-size?"));
  CHECK(run_program({NORMA_CIFAR_NORM, "study"}).status == 2);
  CHECK(run_program({NORMA_CIFAR_NORM, "study", "groups", "--norms", "bn"}).status == 2);
}
