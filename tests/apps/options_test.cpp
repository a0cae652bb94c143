#include "apps/cli/options.h"

#include "apps/cli/arguments.h"
#include "layers/conv2d.h"
#include "layers/sequential.h"
#include "tests/support/catch.h"

using namespace norma;

namespace {

Options parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "cifar_norm");
  return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

std::string refusal(std::vector<const char*> arguments) {
  try {
    parse(std::move(arguments));
  } catch (const UsageError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("options have the preset's recipe as defaults and take every flag", "[options]") {
  const Options plain = parse({"--preset", "c11-48096"});
  CHECK(plain.recipe.epochs == 20);
  CHECK(plain.recipe.batch_size == 128);
  CHECK(plain.recipe.lr == 0.01);
  CHECK(plain.recipe.momentum == 0.9);
  CHECK(plain.network.norm == Norm::bn);
  CHECK(parse({"--augment", "crop"}).recipe.augmentation.crop == 4);
  const Options own = parse({});
  CHECK(own.preset == "norma-49k");
  CHECK(own.recipe.nesterov);
  CHECK(parse({"--optimizer", "adamw"}).recipe.lr == 0.001);
  CHECK(!parse({"--optimizer", "adamw"}).recipe.nesterov);
  CHECK(parse({"--optimizer", "adamw", "--lr", "0.01"}).recipe.lr == 0.01);
  CHECK(parse({"--optimizer", "sgd"}).recipe.lr == own.recipe.lr);
  CHECK_THAT(help_text(),
             Catch::Contains("The default preset is norma-49k") && Catch::Contains("lr 0.1 nesterov"));
  CHECK(!plain.network.groups);

  const Options all = parse({"--preset",
                             "c11-48096",
                             "--norm",
                             "gn",
                             "--groups=2",
                             "--epochs",
                             "3",
                             "--batch-size",
                             "7",
                             "--optimizer",
                             "adamw",
                             "--lr",
                             "1e-3",
                             "--weight-decay",
                             "0.1",
                             "--l1",
                             "0.5",
                             "--scheduler",
                             "plateau:4:0.5",
                             "--dropout",
                             "0.1",
                             "--label-smoothing",
                             "0.2",
                             "--augment",
                             "flip+crop:2",
                             "--seed",
                             "9",
                             "--threads",
                             "1",
                             "--device",
                             "cpu",
                             "--data",
                             "/d",
                             "--out",
                             "/o",
                             "--val-split",
                             "0.1",
                             "--limit-train",
                             "5",
                             "--limit-test",
                             "6",
                             "--max-params",
                             "50000",
                             "--quiet",
                             "--normalize",
                             "auto",
                             "--mirror",
                             "http://m/"});
  CHECK(all.network.norm == Norm::gn);
  CHECK(all.network.groups == 2);
  CHECK(all.recipe.scheduler.kind == "plateau");
  CHECK(all.recipe.scheduler.patience == 4);
  CHECK(all.recipe.scheduler.gamma == 0.5);
  CHECK(all.recipe.augmentation.flip);
  CHECK(all.recipe.augmentation.crop == 2);
  CHECK(all.recipe.lr == 1e-3);
  CHECK(all.measure_normalization);
  CHECK(all.quiet);
  CHECK(parse({"--epochs", "2", "--epochs", "5"}).recipe.epochs == 5);
  CHECK(parse({"-q", "-h"}).help);
  CHECK(!plain.no_fuse);
  CHECK(parse({"--no-fuse"}).no_fuse);
  CHECK(parse({"--no-graph", "--device", "simt"}).no_graph);
  CHECK_THROWS_WITH(parse({"--no-graph", "--device", "cpu"}), Catch::Contains("--no-graph has no effect"));
  const MachineOptions second = parse({"--device", "cuda:1"}).machine;
  CHECK((second.device() == Device::cuda && second.gpu == 1));
  CHECK(!parse({"--device", "cuda:1", "--device", "cuda"}).machine.gpu);
  CHECK_THROWS_WITH(parse({"--device", "cuda:"}), Catch::Contains("--device takes a whole number"));
  CHECK_THROWS_WITH(parse({"--device", "simt:1"}), Catch::Contains("not 'simt:1'"));
  CHECK_THAT(help_text(), Catch::Contains("--no-fuse"));
}

TEST_CASE("ghost batches and standardized convolutions are for networks where they have an effect",
          "[options]") {
  const Options ghost = parse({"--norm", "bn", "--ghost", "32"});
  CHECK(ghost.network.ghost == 32);
  CHECK(norm_label(ghost.network) == "bn-ghost32");
  CHECK(norm_label(parse({"--norm", "ln", "--preset", "c11-48096", "--standardize", "--precision", "bf16"})
                       .network) == "ln-standardized-bf16");
  CHECK_THROWS_WITH(parse({"--norm", "gn", "--ghost", "32"}),
                    Catch::Contains("--ghost is only for --norm bn"));
  CHECK_THROWS_WITH(parse({"--norm", "bn", "--groups", "4"}), Catch::Contains("gn, evonorm-s0 or gn-pn"));
  CHECK(parse({"--norm", "gn-pn", "--groups", "4"}).network.groups == 4);
  const Options standardized = parse({"--preset", "c11-48096", "--standardize"});
  CHECK(standardized.network.standardize);
  const auto network = make_network(standardized);
  CHECK_THAT(network->children().front().second->children().front().second->description(),
             Catch::Contains("standardize=True"));
  CHECK_THROWS_WITH(parse({"--preset", "norma-49k", "--standardize"}), Catch::Contains("has no effect"));
}

TEST_CASE("the flag --precision sets that of all convolutions", "[options]") {
  CHECK(parse({}).network.precision == Precision::exact);
  const auto network = make_network(parse({"--preset", "c11-48096", "--precision", "tf32"}));
  int convolutions = 0;
  const std::function<void(const Module&)> visit = [&](const Module& module) {
    if (const auto* conv = dynamic_cast<const Conv2d*>(&module)) {
      CHECK(conv->options().precision == Precision::tf32);
      ++convolutions;
    }
    for (const auto& child : module.children()) visit(*child.second);
  };
  visit(*network);
  CHECK(convolutions == 11);
  CHECK_THROWS_WITH(parse({"--precision", "tf23"}), Catch::Contains("tf32"));
}

TEST_CASE("every norm is selected by its name", "[options]") {
  for (const std::string& name : norm_names())
    CHECK(norma::name(parse({"--norm", name.c_str()}).network.norm) == name);
}

TEST_CASE("a wrong command line gets one sentence with the nearest valid word", "[options]") {
  using Catch::Contains;
  CHECK_THAT(refusal({"--nrom", "gn"}), Contains("--nrom") && Contains("did you mean --norm?"));
  CHECK_THAT(refusal({"--norm", "ng"}), Contains("'ng'") && Contains("did you mean gn?"));
  CHECK_THAT(refusal({"--norm", "batch"}), Contains("bn") && Contains("ln-pixel"));
  CHECK_THAT(refusal({"--precision", "half"}),
             Contains("takes exact, tf32 or bf16, not 'half'") && !Contains("did you mean"));
  CHECK_THAT(refusal({"--bacth-size=3"}), Contains("--batch-size"));
  CHECK_THAT(refusal({"--epochs", "many"}), Contains("--epochs takes a whole number") && Contains("'many'"));
  CHECK_THAT(refusal({"--epochs", "0"}), Contains("from 1"));
  CHECK_THAT(refusal({"--epochs", "3.5"}), Contains("whole number"));
  CHECK_THAT(refusal({"--lr", "-1"}), Contains("at least 0"));
  CHECK_THAT(refusal({"--lr", "nan"}), Contains("--lr"));
  CHECK_THAT(refusal({"--dropout", "1.5"}), Contains("from 0 to 1"));
  CHECK_THAT(refusal({"--augment", "flop"}), Contains("did you mean flip?"));
  CHECK_THAT(refusal({"--optimizer", "adamm"}), Contains("adam"));
  CHECK_THAT(refusal({"--scheduler", "steps"}), Contains("did you mean step?"));
  CHECK_THAT(refusal({"--scheduler", "cosine:3"}), Contains("step:EPOCHS:FACTOR"));
  CHECK_THAT(refusal({"--norm"}), Contains("--norm needs a value"));
  CHECK_THAT(refusal({"--norm", "--max-params", "5"}), Contains("--norm needs a value"));
  CHECK_THAT(refusal({"--data", ""}), Contains("--data needs a value"));
  CHECK_THAT(refusal({"--mirror", "nonsense"}), Contains("takes a URL"));
  CHECK_THAT(refusal({"gn"}), Contains("'gn' is not expected"));
  CHECK_THAT(refusal({"--norm", "bn", "--groups", "4"}), Contains("is only for --norm gn"));
  CHECK_THAT(refusal({"--nesterov", "--momentum", "0"}), Contains("--nesterov"));
  CHECK(refusal({"--norm", "gn", "--groups", "4"}) == "");
}

TEST_CASE("a word is quoted where a shell needs it", "[options]") {
  CHECK(quoted("--lr=0.1") == "--lr=0.1");
  CHECK(quoted("two words") == "'two words'");
  CHECK(quoted("it's") == "'it'\\''s'");
  CHECK(quoted("") == "''");
}

TEST_CASE("the help names every flag and gives examples", "[options]") {
  const std::string help = help_text();
  for (const char* flag :
       {"--norm", "--groups", "--data", "--max-params", "--scheduler", "--quiet", "Examples:", "Exit status"})
    CHECK_THAT(help, Catch::Contains(flag));
  for (const std::string& line : split_words(help, '\n')) CHECK(line.size() <= 100);
}
