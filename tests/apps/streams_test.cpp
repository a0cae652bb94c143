// Programs whose standard streams are closed, full, or not read.
#include <filesystem>
#include <fstream>

#include "core/save_file.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"
#include "tests/support/shell.h"

using namespace norma::test;
namespace fs = std::filesystem;

namespace {

bool complete(const fs::path& run) {
  return fs::exists(run / "report.html") && fs::exists(run / "model.safetensors") &&
         !fs::exists(run / "checkpoint.safetensors");
}

}  // namespace

TEST_CASE("a training is complete whatever becomes of its streams", "[streams]") {
  const TemporaryFolder folder;
  for (const std::string streams : {">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-", ">/dev/full",
                                    "2>/dev/full", ">/dev/full 2>/dev/full"}) {
    CAPTURE(streams);
    const auto end = shell(folder, "rm -rf $OUT/run; $TRAIN --out $OUT/run " + streams);
    CHECK(complete(folder / "run"));
    const bool loses_text = streams.find(">&-") == 0 || streams.find(" >&-") != std::string::npos ||
                            streams.find(">/dev/full") == 0;
    CHECK(end.status == (loses_text ? 1 : 0));
    const std::string metrics = norma::read_file(folder / "run" / "metrics.jsonl");
    CHECK(std::count(metrics.begin(), metrics.end(), '\n') ==
          1);  // no text was printed into a file of the run
  }
}

TEST_CASE("an answer that could not be written is a failure", "[streams]") {
  const TemporaryFolder folder;
  for (const std::string command : {"--help", "--list-presets", "--version", "--summary"}) {
    CAPTURE(command);
    const auto end = shell(folder, "$CIFAR " + command + " >/dev/full");
    CHECK(end.status == 1);
    CHECK_THAT(end.err, Catch::Contains("could not be written: No space left on device"));
  }
  CHECK(shell(folder, "$CIFAR --nonsense 2>/dev/full").status == 2);
}

TEST_CASE("predictions go to whatever can be written", "[streams]") {
  const TemporaryFolder folder;
  REQUIRE(shell(folder, "$TRAIN --out $OUT/run --quiet").status == 0);
  const std::string eval = "$CIFAR eval $OUT/run --data synthetic --limit-test 5 --quiet --predictions ";
  CHECK_THAT(shell(folder, eval + "/dev/stdout | head -1").out,
             Catch::Contains("index,label,class,probability"));
  CHECK(shell(folder, eval + ">(wc -l >$OUT/lines); wait; sleep 0.3; cat $OUT/lines").out.find("6") !=
        std::string::npos);
  const auto full = shell(folder, eval + "/dev/full");
  CHECK(full.status == 1);
  CHECK_THAT(full.err, Catch::Contains("could not write /dev/full: No space left on device"));
}

TEST_CASE("a file that the size limit cuts leaves nothing under its name", "[streams]") {
  const TemporaryFolder folder;
  const auto end = shell(folder, "ulimit -f 100; $TRAIN --out $OUT/run");
  CHECK(end.status == 1);
  CHECK_THAT(end.err, Catch::Contains("File too large"));
  for (const char* file : {"model.safetensors", "checkpoint.safetensors", "report.html"})
    CHECK(!fs::exists(folder / "run" / file));
  for (const auto& entry : fs::directory_iterator(folder / "run")) CHECK(entry.path().extension() != ".part");
}
