// --data-set: the preset, the number of classes, and whole runs from the images to the score.
#include <nlohmann/json.hpp>

#include "apps/cli/options.h"
#include "optim/presets.h"
#include "tests/data/temporary_folder.h"
#include "tests/data/write_image.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"
#include "tests/support/process.h"

using namespace norma;
using namespace norma::test;
namespace fs = std::filesystem;

namespace {

Options parse(std::vector<const char*> words, const Program& program = cifar_norm) {
  words.insert(words.begin(), program.name.c_str());
  return parse_options(static_cast<int>(words.size()), words.data(), program);
}

// Two classes, dark and bright, of images in two formats and sizes.
void write_shades(const fs::path& part, int each) {
  for (const char* shade : {"bright", "dark"})
    for (int i = 0; i < each; ++i) {
      const auto value = static_cast<unsigned char>((*shade == 'b' ? 200 : 20) + i);
      fs::create_directories(part / shade);
      if (i % 2 == 0)
        write_png(part / shade / fmt::format("{}.png", i), 40, 30, PNG_FORMAT_RGB,
                  std::vector<unsigned char>(40 * 30 * 3, value));
      else
        write_jpeg(part / shade / fmt::format("{}.jpg", i), 16, 16, 1,
                   std::vector<unsigned char>(16 * 16, value));
    }
}

Finished cifar(const std::vector<std::string>& words) {
  std::vector<std::string> argv = {NORMA_CIFAR_NORM};
  argv.insert(argv.end(), words.begin(), words.end());
  return run_program(argv);
}

// "… accuracy 97.50 % of 8 images" → "97.50"
std::string accuracy(const std::string& text, const std::string& before) {
  const std::size_t at = text.rfind(before);
  REQUIRE(at != std::string::npos);
  return text.substr(at + before.size(), text.find(" %", at) - at - before.size());
}

}  // namespace

TEST_CASE("the data set determines the preset and the number of classes", "[options]") {
  CHECK(parse({}).preset == "norma-49k");
  CHECK(parse({}, mnist_norm).preset == "mnist-9752");
  for (const KnownDataSet& set : known_data_sets()) {
    CAPTURE(set.name);
    const Options o = parse({"--data-set", set.name.c_str()});
    CHECK(o.images.set == &set);
    CHECK(o.preset == (set.image == Shape{1, 28, 28} ? "mnist-9752" : "norma-49k"));
    if (set.classes > 0) CHECK(o.network.classes == set.classes);
  }
  CHECK(parse({"--data-set", "cifar100"}).network.classes == 100);
  CHECK(parse({"--data-set", "cifar100", "--labels", "coarse"}).network.classes == 20);
  CHECK(parse({"--data-set", "cifar10"}, mnist_norm).preset == "norma-49k");
  CHECK(parse({"--data-set", "folder", "--preset", "mnist-9752"}).preset == "mnist-9752");

  const auto refusal = [](std::vector<const char*> words) {
    return text_thrown<UsageError>([&] { parse(std::move(words)); });
  };
  CHECK_THAT(refusal({"--data-set", "cifar20"}),
             Catch::Contains("cifar100") && Catch::Contains("folder") && Catch::Contains("did you mean"));
  CHECK_THAT(refusal({"--labels", "coarse"}), Catch::Contains("only CIFAR-100 has coarse labels"));
  CHECK_THAT(refusal({"--labels", "corse"}), Catch::Contains("did you mean coarse?"));
  CHECK_THAT(refusal({"--data-set", "fashion-mnist", "--preset", "norma-49k"}),
             Catch::Contains("--preset norma-49k takes images of") && Catch::Contains("--data-set cifar10"));
}

TEST_CASE("a network trains on a folder of images and is evaluated again", "[training]") {
  const TemporaryFolder folder;
  const fs::path data = folder / "shades", out = folder / "run";
  write_shades(data / "train", 12);
  const bool with_test = GENERATE(false, true);
  if (with_test) write_shades(data / "test", 4);
  std::vector<std::string> words = {"--data-set", "folder", "--data", data.string()};
  const auto with = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all = words;
    all.insert(all.end(), more.begin(), more.end());
    return cifar(all);
  };
  if (!with_test) {
    const Finished refused = with({"--epochs", "1"});
    CHECK(refused.status == 2);
    CHECK_THAT(refused.err, Catch::Contains("--val-split SHARE"));
    words.insert(words.end(), {"--val-split", "0.25"});
  }
  CHECK_THAT(with({"--summary"}).out, Catch::Contains("[-1, 2]"));

  const Finished run = with({"--epochs", "2", "--batch-size", "8", "--seed", "7", "--out", out.string()});
  CAPTURE(run.out, run.err);
  REQUIRE(run.status == 0);
  CHECK_THAT(run.out, Catch::Contains(with_test ? "24 to train, 8 to test" : "18 to train, 6 to test"));
  const auto config = nlohmann::json::parse(test::read_file(out / "config.json"));
  CHECK(config["data"]["classes"] == std::vector<std::string>{"bright", "dark"});
  CHECK_THAT(test::read_file(out / "report.html"), Catch::Contains("your own images"));

  const Finished eval = cifar({"eval", out.string(), "--data", data.string()});
  CAPTURE(eval.out, eval.err);
  REQUIRE(eval.status == 0);
  CHECK(accuracy(eval.out, "accuracy ") == accuracy(run.out, "test accuracy last "));
  CHECK_THAT(eval.out, Catch::Contains(with_test ? "of 8 images" : "of 6 images"));
}

TEST_CASE("training, evaluation and report of the other data sets use their own classes", "[training]") {
  struct Case {
    const char *set, *labels;
    std::size_t classes;
  };
  const Case c = GENERATE(Case{"cifar100", "fine", 100}, Case{"cifar100", "coarse", 20},
                          Case{"fashion-mnist", "fine", 10});
  CAPTURE(c.set, c.labels);
  const TemporaryFolder folder;
  const std::string out = (folder / "run").string(), train_images = sanitized ? "32" : "200",
                    test_images = sanitized ? "20" : "100";
  const Finished run =
      cifar({"--data-set", c.set, "--labels", c.labels, "--data", "synthetic", "--limit-train", train_images,
             "--limit-test", test_images, "--epochs", "1", "--out", out});
  CAPTURE(run.out, run.err);
  REQUIRE(run.status == 0);
  const auto config = nlohmann::json::parse(test::read_file(fs::path(out) / "config.json"));
  CHECK(config["data"]["set"] == c.set);
  CHECK(config["data"]["classes"].size() == c.classes);
  const Finished eval = cifar({"eval", out, "--data", "synthetic", "--limit-test", test_images});
  CAPTURE(eval.out, eval.err);
  REQUIRE(eval.status == 0);
  CHECK(accuracy(eval.out, "accuracy ") == accuracy(run.out, "test accuracy last "));
  const Finished other = cifar({"eval", out, "--data-set", "cifar10", "--data", "synthetic"});
  CHECK(other.status == 1);
  CHECK_THAT(other.err, Catch::Contains("was trained on images of") || Catch::Contains("takes images of"));
}
