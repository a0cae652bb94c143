// Norma's presets and the same presets in PyTorch (bench/peers) have the same layers, parameters, recipes and
// outputs.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "optim/presets.h"
#include "tests/data/temporary_folder.h"
#include "tests/data/write_archive.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"
#include "tests/support/process.h"
#include "tests/support/python.h"

using namespace norma;
using namespace norma::test;

namespace {

// Runs a script of bench/peers. If no Python here has PyTorch, prints the reason and returns nothing.
std::optional<Finished> run_peer(std::vector<std::string> words) {
  const std::string python = python_with("torch, numpy");
  if (python.empty()) {
    std::cout << no_python_with("torch, numpy") << "\n";
    return {};
  }
  words[0] = NORMA_SOURCE_DIR "/bench/peers/" + words[0];
  words.insert(words.begin(), {"/usr/bin/env", python});
  return run_program(words);
}

// `label` and "C1.conv Conv2d(3, 32, …)" for every layer without child layers.
void describe_layers(const Module& module, const std::string& label, std::string& text) {
  if (module.children().empty()) text += label + module.path() + " " + module.description() + "\n";
  for (const auto& [name, child] : module.children()) describe_layers(*child, label, text);
}

}  // namespace

TEST_CASE("the layers of the presets in PyTorch have the same descriptions as Norma's", "[app][python]") {
  const auto listed = run_peer({"pytorch.py", "layers"});
  if (!listed) return;
  std::string expected;
  for (const Preset& preset : presets())
    for (const PublishedRow& row : preset.rows)
      describe_layers(*preset.network({.norm = row.norm}), preset.name + " " + name(row.norm) + " ",
                      expected);
  INFO(listed->err);
  CHECK(listed->out == expected);
}

TEST_CASE("PyTorch loads Norma's weights by name, and Norma loads PyTorch's, with the same outputs",
          "[app][python]") {
  const auto programs = std::filesystem::path(NORMA_CIFAR_NORM).parent_path();
  std::vector<std::string> words = {"exchange.py", "--programs", programs, "--images", "100"};
  std::vector<std::string> others;  // norms that no preset was published with
  for (const NormRow& row : all_norms())
    if (std::none_of(presets().begin(), presets().end(), [&](const Preset& preset) {
          return std::any_of(preset.rows.begin(), preset.rows.end(),
                             [&](const PublishedRow& published) { return published.norm == row.norm; });
        }))
      others.push_back(row.name);
  std::vector<std::string> pairs = {fmt::format("c11-48096:{}", fmt::join(others, ","))};
  for (const Preset& preset : presets())
    for (const PublishedRow& row : preset.rows) {
      pairs.push_back(preset.name + ":" + name(row.norm));
      if (sanitized) break;
    }
  words.insert(words.end(), pairs.begin(), pairs.end());
  const auto exchange = run_peer(words);
  if (!exchange) return;
  std::cout << exchange->out;
  INFO(exchange->out << exchange->err);
  CHECK(exchange->status == 0);
  const auto lines = std::count(exchange->out.begin(), exchange->out.end(), '\n');
  CHECK(lines == static_cast<std::ptrdiff_t>(1 + 2 * (pairs.size() - 1 + others.size())));
  using Catch::Contains;
  CHECK_THAT(exchange->out, Contains("ln-pixel  norma → pytorch  100 images") && Contains("pytorch → norma"));
}

TEST_CASE("PyTorch trains a preset with its recipe, and flags override the recipe", "[app][python]") {
  const TemporaryFolder folder;
  const std::string count("\0\0\0\x28", 4), side("\0\0\0\x1c", 4);  // 40 images of 28×28
  for (const std::string part : {"train", "t10k"}) {
    write_file(folder / (part + "-images-idx3-ubyte"),
               std::string("\0\0\x08\x03", 4) + count + side + side + std::string(40 * 28 * 28, '\x7f'));
    write_gzip(folder / (part + "-labels-idx1-ubyte.gz"),
               std::string("\0\0\x08\x01", 4) + count + std::string(40, '\3'));
  }
  const auto trained =
      run_peer({"pytorch.py", "train", "--preset", "mnist-9752", "--data", folder.path(), "--epochs", "3",
                "--batch-size", "16", "--scheduler", "step:1:0.5", "--json", folder / "pytorch.json"});
  if (!trained) return;
  INFO(trained->out << trained->err);
  REQUIRE(trained->status == 0);
  CHECK_THAT(trained->out, Catch::Contains("done: test accuracy last"));
  const auto result = nlohmann::json::parse(read_file(folder / "pytorch.json"));
  CHECK(result["norm"] == "bn");
  CHECK(result["parameters"] == 9752);
  CHECK(result["training"]["l1"] == 0.01);  // with bn only
  CHECK(result["training"]["augment"] == "rotate:7");
  CHECK(result["training"]["batch_size"] == 16);
  REQUIRE(result["epochs"].size() == 3);
  CHECK(result["epochs"][2]["lr"].get<double>() == Approx(0.0025));
  CHECK(result["epochs"][2]["train_loss"] < result["epochs"][0]["train_loss"]);
  CHECK(result["best"]["test_accuracy"] >= result["epochs"][2]["test_accuracy"]);

  CHECK(run_peer({"pytorch.py", "train", "--data", folder.path(), "--norm", "gn", "--groups", "5"})->status ==
        2);
}
