#include "apps/series/series.h"

#include <catch2/catch.hpp>

#include "tests/data/temporary_folder.h"
#include "tests/support/browser.h"
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

  const std::string page = test::read_file(folder / "c/report.html");
  for (const char* words :
       {"Batch norm and group norm on synthetic images", "Synthetic images.", "href=\"bn-seed2/report.html\"",
        "2 seeds", "What each confuses", "The confusion matrix of gn", "cifar_norm compare --norms bn,gn"})
    CHECK_THAT(page, Catch::Contains(words));
  CHECK_THAT(page, !Catch::Contains("{{") && !Catch::Contains("nan"));
  CHECK(std::filesystem::file_size(folder / "c/curves.png") > 1000);
}

TEST_CASE("what a comparison says of its runs is what they say themselves", "[series]") {
  const TemporaryFolder folder;
  const test::Finished done = run_program({NORMA_CIFAR_NORM, "compare", "--norms", "gn", "--seeds", "2",
                                           "--data", "synthetic", "--epochs", "2", "--limit-train", "64",
                                           "--limit-test", "40", "--out", (folder / "c").string()});
  INFO(done.out << done.err);
  REQUIRE(done.status == 0);
  std::vector<double> last, best;
  for (const char* run : {"c/gn-seed1", "c/gn-seed2"}) {
    const SavedRun saved = read_run(folder / run);
    last.push_back(saved.epochs.back().test.accuracy);
    best.push_back(saved.best().test.accuracy);
  }
  CHECK_THAT(done.out,
             Catch::Contains(to_string(spread(last), 2)) && Catch::Contains(to_string(spread(best), 2)));
}

TEST_CASE("a browser has nothing to complain of in what compare and study leave", "[series][report]") {
  const TemporaryFolder folder;
  const auto run = [&](std::vector<std::string> words) {
    words.insert(words.begin(), NORMA_CIFAR_NORM);
    words.insert(words.end(), {"--data", "synthetic", "--epochs", "1", "--limit-train", "64", "--limit-test",
                               "40", "--out", (folder / words[1]).string()});
    const test::Finished done = run_program(words);
    INFO(done.out << done.err);
    REQUIRE(done.status == 0);
    test::check_in_browser(folder / words[1] / "report.html");
  };
  run({"compare", "--norms", "bn,ln", "--seeds", "2"});
  run({"study", "groups", "--group-counts", "2,1"});
  CHECK_THAT(test::read_file(folder / "study/report.html"),
             Catch::Contains("Groups: group norm on synthetic"));
}

TEST_CASE("study refuses what it does not know", "[series]") {
  const test::Finished wrong = run_program({NORMA_CIFAR_NORM, "study", "batch-sise"});
  CHECK(wrong.status == 2);
  CHECK_THAT(wrong.err, Catch::Contains("did you mean batch-size?"));
  CHECK(run_program({NORMA_CIFAR_NORM, "study"}).status == 2);
  CHECK(run_program({NORMA_CIFAR_NORM, "study", "groups", "--norms", "bn"}).status == 2);
}
