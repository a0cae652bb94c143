#include "apps/run/series_result.h"

#include "kernels/simd_target.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/browser.h"
#include "tests/support/catch.h"
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

TEST_CASE("compare trains each norm and seed only once", "[series]") {
  const TemporaryFolder folder;
  const std::string out = folder / "c";
  const std::vector<std::string> command = {
      NORMA_CIFAR_NORM, "compare",   "--norms",  "bn,gn", "--seeds",       "2",
      "--data",         "synthetic", "--epochs", "1",     "--limit-train", "64",
      "--limit-test",   "40",        "--out",    out,     "--precision",   "bf16"};
  const test::Finished first = run_program(command);
  INFO(first.out << first.err);
  REQUIRE(first.status == 0);
  for (const char* run : {"bn-seed1", "bn-seed2", "gn-seed1", "gn-seed2"})
    CHECK(std::filesystem::exists(folder / "c" / run / "model.safetensors"));
  CHECK_THAT(first.out, Catch::Contains("run 4 of 4") && Catch::Contains("±"));

  const auto written = std::filesystem::last_write_time(folder / "c/bn-seed2/model.safetensors");
  std::filesystem::remove(folder / "c/gn-seed1/report.html");  // as if it had been killed before
  const test::Finished second = run_program(command);
  REQUIRE(second.status == 0);
  CHECK(std::filesystem::last_write_time(folder / "c/bn-seed2/model.safetensors") == written);
  CHECK_THAT(test::read_file(folder / "c/gn-seed1/report.html"), Catch::Contains("Class by class"));
  const auto table = [](const std::string& text) { return text.substr(text.find("norm      parameters")); };
  CHECK(table(second.out) == table(first.out));

  const std::string page = test::read_file(folder / "c/report.html");
  for (const char* words :
       {"Batch norm and group norm on synthetic images", "Synthetic images.", "href=\"bn-seed2/report.html\"",
        "norma-49k · bf16 · 1 epoch · 2 seeds", "Class by class", "The confusion matrix of gn",
        "cifar_norm compare --norms bn,gn"})
    CHECK_THAT(page, Catch::Contains(words));
  CHECK_THAT(page, !Catch::Contains("{{") && !Catch::Contains("nan"));
  CHECK(std::filesystem::file_size(folder / "c/curves.png") > 1000);
}

TEST_CASE("a diverging run is part of a series and does not end it", "[series]") {
  const TemporaryFolder folder;
  const std::vector<std::string> command = {NORMA_CIFAR_NORM,
                                            "study",
                                            "batch-size",
                                            "--norms",
                                            "none",
                                            "--batches",
                                            "8,64",
                                            "--lr",
                                            "3e6",
                                            "--seeds",
                                            "2",
                                            "--data",
                                            "synthetic",
                                            "--scheduler",
                                            "none",
                                            "--limit-train",
                                            "64",
                                            "--limit-test",
                                            "20",
                                            "--epochs",
                                            "1",
                                            "--out",
                                            folder / "s"};
  const test::Finished first = run_program(command), second = run_program(command);
  for (const test::Finished& done : {first, second}) {
    INFO(done.out << done.err);
    REQUIRE(done.status == 0);
    CHECK_THAT(done.out, Catch::Contains("none batch 8, seed 1: the ") &&
                             Catch::Contains("is not finite while training in epoch 1, step ") &&
                             Catch::Contains("run 4 of 4") &&
                             Catch::Matches("[^]*none +diverged +[0-9][^]*"));
  }
  CHECK_THAT(second.out, Catch::Contains("none-batch-8-seed1 holds this run"));
  CHECK(!std::filesystem::exists(folder / "s/none-batch-8-seed1/model.safetensors"));
  CHECK_THAT(test::read_file(folder / "s/none-batch-8-seed1/report.html"),
             Catch::Contains("<b>Diverged:</b>"));
  CHECK_THAT(test::read_file(folder / "s/report.html"),
             Catch::Contains("<b>none-batch-8-seed2 diverged:</b>") &&
                 Catch::Contains("diverged in epoch 1") &&
                 Catch::Contains("The learning rate is proportional to the batch size"));
  test::check_in_browser(folder / "s/report.html");
}

TEST_CASE("values leave out the runs that diverged, and say so", "[series]") {
  const auto run = [](double accuracy, const char* diverged) {
    SavedRun saved;
    saved.config.diverged = diverged;
    saved.epochs = {{.epoch = 1, .test = {1, accuracy}, .seconds = 2}};
    return saved;
  };
  const std::vector<SavedRun> runs = {run(70, ""), run(10, "so"), run(80, "")};
  VariantResult variant{Variant(), runs, Confusion(2, {})};
  CHECK(test_last(variant).mean == 75);
  CHECK(spread_of(variant, test_last) == "75.00 ± 7.07 (1 of 3 diverged)");
  CHECK(seconds_an_epoch(variant) == "2.0");
  variant.runs = {variant.runs[1]};
  CHECK(spread_of(variant, test_last) == "diverged");
  CHECK(seconds_an_epoch(variant) == "–");
}

TEST_CASE(
    "a series reuses no run with other settings, keeps old reports, and its runs say how to repeat them",
    "[series]") {
  const TemporaryFolder folder;
  const auto compare = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {NORMA_CIFAR_NORM, "compare", "--norms", "gn,bn,gn", "--groups", "8",
                                 "--nesterov", "--data", "synthetic", "--epochs", "1", "--limit-train", "64",
                                 "--limit-test", "20", "--out", folder / "c"});
    const test::Finished done = run_program(words);
    INFO(done.out << done.err);
    REQUIRE(done.status == 0);
    return done.out;
  };
  CHECK_THAT(compare({}), Catch::Contains("run 2 of 2"));
  const auto command = [&](const char* name) { return read_run(folder / "c" / name).config.command; };
  CHECK_THAT(command("gn-seed1"), Catch::Contains("--norm gn --groups 8 --nesterov --data synthetic"));
  CHECK_THAT(command("bn-seed1"), Catch::Contains("--norm bn --nesterov --data synthetic"));
  const std::string page = test::read_file(folder / "c/report.html");
  const std::string other = simd_targets().at(1);
  CHECK_THAT(compare({"--simd", other}), !Catch::Contains("holds this run"));
  CHECK(test::read_file(folder / "c/report.html.~1~") == page);
  CHECK(std::filesystem::exists(folder / "c/comparison.txt.~1~"));
  // Damaged weights, or weights of another run, are put aside, and the run is trained again.
  std::filesystem::copy_file(folder / "c/bn-seed1/model.safetensors", folder / "c/gn-seed1/model.safetensors",
                             std::filesystem::copy_options::overwrite_existing);
  test::write_file(folder / "c/bn-seed1/model.safetensors", "nonsense");
  CHECK_THAT(compare({"--simd", other}), !Catch::Contains("holds this run"));
  CHECK_THAT(compare({"--simd", other}), Catch::Contains("gn-seed1 holds this run"));
}

TEST_CASE("a comparison shows the same figures as its runs", "[series]") {
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

TEST_CASE("a browser finds no faults in the reports of compare and study", "[series][report]") {
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

TEST_CASE("study refuses unknown words", "[series]") {
  const test::Finished wrong = run_program({NORMA_CIFAR_NORM, "study", "batch-sise"});
  CHECK(wrong.status == 2);
  CHECK_THAT(wrong.err, Catch::Contains("did you mean batch-size?"));
  CHECK(run_program({NORMA_CIFAR_NORM, "study"}).status == 2);
  CHECK(run_program({NORMA_CIFAR_NORM, "study", "groups", "--norms", "bn"}).status == 2);
  const auto refused = [](const std::vector<std::string>& words, const char* what, int status = 2) {
    std::vector<std::string> command = {NORMA_CIFAR_NORM};
    command.insert(command.end(), words.begin(), words.end());
    const test::Finished done = run_program(command);
    CHECK(done.status == status);
    CHECK_THAT(done.err, Catch::Contains(what));
  };
  refused({"compare", "--norms", "bn,ln", "--groups", "4"}, "and none of these is among the norms");
  refused({"compare", "--batches", "4"}, "--batches cannot be used with this command");
  refused({"study", "groups", "--batches", "4"}, "--batches cannot be used with this command");
  refused({"study", "batch-size", "--group-counts", "4"}, "--group-counts cannot be used with this command");
  const TemporaryFolder folder;
  test::write_file(folder / "config.json", "{}");
  refused({"compare", "--out", folder.path()}, "is the folder of a single run", 1);
  refused({"compare", "--out", folder / "config.json"}, "is a file", 1);
}

TEST_CASE("an empty value is refused by every command that takes it", "[series]") {
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"compare", "--data", ""},
           {"compare", "--plan", "--data", ""},  // found by fuzzing: the path of no name was made absolute
           {"study", "groups", "--data", ""},
           {"compare", "--out", ""},
           {"eval", ""},
           {"recalibrate", ""}}) {
    std::vector<std::string> words = {NORMA_CIFAR_NORM};
    words.insert(words.end(), command.begin(), command.end());
    const test::Finished done = run_program(words);
    CAPTURE(command, done.err);
    CHECK(done.status == 2);
    CHECK_THAT(done.err, Catch::Contains("not an empty one\n"));
  }
}
