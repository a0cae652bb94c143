// norm_lab, as a user calls it.
#include <cstring>

#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"
#include "tests/support/process.h"

using namespace norma::test;

namespace {

Finished norm_lab(const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {NORMA_LAB};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return run_program(words);
}

std::string npy(const std::string& header, const std::vector<float>& numbers) {
  std::string bytes = "\x93NUMPY";
  bytes += std::string("\x01\x00", 2);
  bytes += static_cast<char>(header.size());
  bytes += '\0';
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float));
  return bytes;
}

}  // namespace

TEST_CASE("norm_lab explain shows the sets and numbers of a file", "[norm_lab]") {
  const TemporaryFolder folder;
  write_file(folder / "x.csv", "1, 3\n5, 7\n");
  const Finished shown = norm_lab({"explain", "ln", "--shape", "1,1,2,2", "--values", folder / "x.csv"});
  CHECK(shown.status == 0);
  CHECK_THAT(shown.out, Catch::Contains("Layer norm of x [1, 1, 2, 2]: 1 set of 4 elements") &&
                            Catch::Contains("4.0000       5.0000       0.4472") &&
                            Catch::Contains("-1.3416 a   -0.4472 a    0.4472 a    1.3416 a") &&
                            !Catch::Contains("\x1b"));
  write_file(folder / "x.npy",
             npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 2, 2), }", {1, 3, 5, 7}));
  CHECK(norm_lab({"explain", "ln", "--values", folder / "x.npy"}).out == shown.out);
}

TEST_CASE("norm_lab writes pages and pictures", "[norm_lab]") {
  const TemporaryFolder folder;
  for (const std::vector<std::string>& what :
       {std::vector<std::string>{"explain", "gn", "--shape", "2,4,2,2", "--groups", "2", "--backward"},
        std::vector<std::string>{"variance"},
        std::vector<std::string>{"noise", "--norm", "bn", "--batches", "2,32"}}) {
    if (sanitized && what.front() == "noise") continue;
    std::vector<std::string> arguments = what;
    arguments.insert(arguments.end(), {"--html", folder / "page.html", "--png", folder / "picture.png"});
    const Finished written = norm_lab(arguments);
    CHECK(written.status == 0);
    CHECK(written.err.empty());
    CHECK_THAT(read_file(folder / "page.html"), Catch::Contains("<!doctype html>", Catch::CaseSensitive::No));
    CHECK(read_file(folder / "picture.png").starts_with("\x89PNG"));
  }
}

TEST_CASE("norm_lab memory lists layers, types and three totals", "[norm_lab]") {
  const Finished shown = norm_lab({"memory", "--preset", "c11-48096", "--norm", "gn", "--batch", "2"});
  CHECK(shown.status == 0);
  CHECK_THAT(shown.out, Catch::Contains("C1.conv") &&
                            Catch::Contains("all                          GroupNorm") &&
                            Catch::Contains("if each block ran again from its input"));
}

TEST_CASE("norm_lab noise measures a trained run", "[norm_lab]") {
  if (sanitized) return;  // two minutes there, and the plain build has checked it
  const TemporaryFolder folder;
  REQUIRE(run_program({NORMA_CIFAR_NORM, "--data", "synthetic", "--limit-train", "640", "--limit-test", "8",
                       "--batch-size", "64", "--epochs", "1", "--norm", "bn", "--out", folder / "bn"})
              .status == 0);
  const Finished shown = norm_lab({"noise", folder / "bn", "--data", "synthetic", "--batches", "2,8,128"});
  INFO(shown.err);
  CHECK(shown.status == 0);
  CHECK_THAT(shown.out, Catch::Contains("C1.norm 16×1024") && Catch::Contains("running") &&
                            Catch::Contains("mean of a batch") && Catch::Contains("variance of a batch"));
  const Finished large = norm_lab({"noise", folder / "bn", "--data", "synthetic", "--batches", "4000"});
  CHECK(large.status == 1);
  CHECK_THAT(large.err, Catch::Contains("a batch of 4000 images"));
  CHECK(norm_lab({"noise", folder / "bn", "--norm", "gn"}).status == 2);
}

TEST_CASE("norm_lab says in one sentence what is wrong", "[norm_lab]") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::vector<std::string>& arguments, int status, const std::string& part) {
    const Finished end = norm_lab(arguments);
    CAPTURE(end.err);
    CHECK(end.status == status);
    CHECK_THAT(end.err, Catch::StartsWith("norm_lab: ") && Catch::Contains(part));
  };
  refused({"expalin"}, 2, "did you mean explain?");
  refused({"explain", "--shape", "1,1,2,2"}, 2, "explain takes one norm");
  refused({"explain", "none", "--shape", "1,1,2,2"}, 2, "none has no sets");
  refused({"explain", "gn", "--shape", "1,3,2,2", "--groups", "2"}, 2, "3 channels cannot be divided into 2");
  refused({"explain", "gn", "--shape", "1,3,2"}, 2, "four numbers");
  refused({"explain", "bn", "--shape", "1,3,1,1"}, 1, "more than one value per channel");
  refused({"explain", "gn", "--values", folder / "missing.csv"}, 1, "missing.csv");
  write_file(folder / "x.csv", "1, two");
  refused({"explain", "gn", "--shape", "1,1,1,2", "--values", folder / "x.csv"}, 1,
          "the number after the first 1");
  write_file(folder / "x.csv", "1, 2, 3");
  refused({"explain", "gn", "--shape", "1,1,1,2", "--values", folder / "x.csv"}, 1, "has 3 numbers");
  refused({"explain", "gn", "--values", folder / "x.csv"}, 1, "add --shape");
  write_file(folder / "x.npy", npy("{'descr': '<i8', 'fortran_order': False, 'shape': (1, 1, 2, 2), }", {}));
  refused({"explain", "gn", "--values", folder / "x.npy"}, 1, "float32 or float64");
  write_file(folder / "x.npy",
             npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 2, 2), }", {1, 2}));
  refused({"explain", "gn", "--values", folder / "x.npy"}, 1, "2 numbers instead of the 4");
  write_file(folder / "x.npy", "\x93NUMPY");
  refused({"explain", "gn", "--values", folder / "x.npy"}, 1, "not a whole NumPy file");
}
