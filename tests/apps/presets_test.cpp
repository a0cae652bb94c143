#include "optim/presets.h"

#include "apps/cli/options.h"
#include "layers/summary.h"
#include "tests/support/catch.h"

using namespace norma;

TEST_CASE("every preset has exactly its published parameters, and takes every norm", "[presets]") {
  for (const Preset& preset : presets()) {
    for (const PublishedRow& row : preset.rows) {
      CAPTURE(preset.name, name(row.norm));
      CHECK(summarize(*preset.network({.norm = row.norm}), preset.data->image).parameters == row.parameters);
    }
    for (const std::string& norm : norm_names()) {
      if (norm == "in" && preset.name.starts_with("skip"))
        continue;  // its last block has one pixel per channel
      CAPTURE(preset.name, norm);
      const Summary summary = summarize(*preset.network({.norm = norm_from(norm)}), preset.data->image);
      CHECK(summary.layers.back().output == Shape{1, 10});
    }
  }
}

TEST_CASE("Norma's own network is one network below 50,000 parameters", "[presets]") {
  const Preset& own = default_preset(cifar10_data);
  CHECK(own.source.empty());
  for (const Norm norm : {Norm::bn, Norm::gn, Norm::ln})
    CHECK(summarize(*own.network({.norm = norm}), own.data->image).parameters < 50'000);
}

TEST_CASE("the layers have the published group counts", "[presets]") {
  const auto groups = [](const char* preset, const char* layer) {
    const auto network = find_preset(preset).network({.norm = Norm::gn});
    std::string text;
    const std::function<void(const Module&)> look = [&](const Module& module) {
      if (module.path() == layer) text = module.description();
      for (const auto& [name, child] : module.children()) look(*child);
    };
    look(*network);
    return text;
  };
  CHECK_THAT(groups("gn-18212", "C1.norm"), Catch::StartsWith("GroupNorm(3, 12"));
  CHECK_THAT(groups("c11-48096", "C5.norm"), Catch::StartsWith("GroupNorm(8, 32"));
  CHECK_THAT(groups("stride-29472", "C8.norm"), Catch::StartsWith("GroupNorm(2, 64"));
  CHECK_THAT(groups("skip-37108", "R6.body.block.norm"), Catch::StartsWith("GroupNorm(2, 32"));
  CHECK_THAT(groups("mnist-9752", "C2.norm"), Catch::StartsWith("GroupNorm(8, 24"));
}

TEST_CASE("a preset sets its recipe, and flags override it", "[presets][options]") {
  const auto parse = [](std::vector<const char*> words, const Program& program = cifar_norm) {
    words.insert(words.begin(), program.name.c_str());
    return parse_options(static_cast<int>(words.size()), words.data(), program);
  };
  CHECK(parse({"--preset", "gn-18212"}).network.norm == Norm::gn);
  CHECK(parse({"--preset", "gn-18212"}).recipe.batch_size == 64);
  CHECK(parse({"--preset", "gn-18212"}).recipe.scheduler.kind == "plateau");
  CHECK(parse({"--batch-size", "32", "--preset", "gn-18212"}).recipe.batch_size == 32);
  CHECK(parse({"--preset", "skip-138324"}).network.norm == Norm::ln_chw);
  CHECK(parse({"--preset", "skip-37108", "--norm", "gn"}).network.norm == Norm::gn);
  CHECK(parse({"--norm", "ln"}).recipe.lr == 0.1);
  CHECK(parse({"--norm", "none"}).recipe.lr == 0.005);
  CHECK(parse({"--norm", "ln", "--lr", "0.2"}).recipe.lr == 0.2);
  CHECK(to_string(parse({}).recipe.augmentation) == "flip+crop:2");
  CHECK(parse({"--preset", "stride-29472"}).recipe.l1 == 0.05);
  CHECK(parse({"--preset", "stride-29472", "--l1", "0"}).recipe.l1 == 0);
  CHECK(parse({"--norm", "gn"}, mnist_norm).recipe.l1 == 0);
  CHECK(parse({"--norm", "bn"}, mnist_norm).recipe.l1 == 0.01);
  CHECK(parse({}, mnist_norm).recipe.augmentation.rotate == 7);
  CHECK(parse({"--augment", "none"}, mnist_norm).recipe.augmentation.rotate == 0);

  const auto refusal = [&](std::vector<const char*> words) {
    try {
      parse(std::move(words));
    } catch (const UsageError& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  CHECK_THAT(refusal({"--preset", "bn-48521"}), Catch::Contains("did you mean bn-48512?"));
  CHECK_THAT(refusal({"--preset", "mnist-9752"}), Catch::Contains("add --data-set mnist"));
}

TEST_CASE("the list of presets names each with its figures", "[presets]") {
  const std::string list = list_presets();
  for (const Preset& preset : presets()) CHECK_THAT(list, Catch::Contains(preset.name));
  CHECK_THAT(list, Catch::Contains("138,324") && Catch::Contains("69.29"));
}
