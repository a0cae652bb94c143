#include "apps/commands/result_tables.h"

#include <filesystem>
#include <fstream>
#include <set>

#include "apps/run/series_result.h"
#include "core/save_file.h"
#include "layers/summary.h"
#include "optim/measured.h"
#include "optim/presets.h"
#include "optim/run/metrics_json.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"

using namespace norma;
namespace fs = std::filesystem;

namespace {

const TableRow& row_named(const std::string& name) {
  static const std::vector<TableRow> rows = table_rows();
  for (const TableRow& row : rows)
    if (row.name(1) == name) return row;
  FAIL("no row is called " << name);
  return rows.front();
}

}  // namespace

TEST_CASE("the tables have one row per preset and norm, and two per norm of stride-29472", "[results]") {
  std::set<std::string> names;
  for (const TableRow& row : table_rows()) names.insert(row.name(1));
  std::size_t rows = 3;  // of stride-29472 without its L1 penalty
  for (const Preset& preset : presets()) rows += preset.rows.size();
  CHECK(names.size() == rows);
  const TableRow& free = row_named("stride-29472-gn-l1-0");
  CHECK(free.options().recipe.l1 == 0);
  CHECK(row_named("stride-29472-gn").options().recipe.l1 == 0.05);
  CHECK(free.command(2) == "cifar_norm --preset stride-29472 --norm gn --l1 0 --seed 2");
  CHECK(free.name(2) == "stride-29472-gn-l1-0-seed2");
  CHECK(row_named("mnist-9752-ln").command(1) == "mnist_norm --preset mnist-9752 --norm ln --seed 1");
}

TEST_CASE("a row gives last and best epoch, train and test accuracy separately", "[results]") {
  std::vector<EpochResult> epochs(2);
  epochs[0] = {.epoch = 1, .train = {1, 60.0}, .test = {1, 72.5}, .seconds = 30};
  epochs[1] = {.epoch = 2, .train = {1, 65.0}, .test = {1, 71.25}, .seconds = 60};
  CHECK(table_line(row_named("skip-37108-gn"), 1, epochs) ==
        "| skip-37108 | gn | 37,108 | 72.64 | 70.00 | 65.00 | 71.25 | 72.50 (epoch 1) | +2.50 | 1 | 90 |");
}

TEST_CASE("the row of Norma's own network has the spread over its seeds", "[results]") {
  std::vector<std::vector<EpochResult>> runs(2);
  runs[0] = {{.epoch = 1, .train = {1, 60.0}, .test = {1, 85}, .seconds = 30}};
  runs[1] = {{.epoch = 1, .train = {1, 64.0}, .test = {1, 88}, .seconds = 30},
             {.epoch = 2, .train = {1, 64.0}, .test = {1, 87}, .seconds = 60}};
  const TableRow& row = row_named("norma-49k-bn");
  CHECK(own_table_line(row, runs) ==
        fmt::format("| bn | {} | **86.00 ± 1.41** | 85.00, 87.00 | 86.50 ± 2.12 | 62.00 ± 2.83 | 60 |",
                    with_commas(row.published.parameters)));
}

TEST_CASE("the tables are written between their marks, from the existing logs", "[results]") {
  const test::TemporaryFolder checkout;
  fs::create_directories(checkout / "docs/results/runs");
  fs::create_directories(checkout / "optim");
  const auto write = [&](const std::string& name, const std::string& text) {
    save_file(checkout / name, text);
  };
  for (const char* page : {"docs/results/published-systems.md", "docs/results/norma-49k.md"})
    write(page, "before\n<!-- table: written by ./run reproduce -->\nold\n<!-- end of table -->\nafter\n");
  write("docs/results/runs/skip-37108-bn.jsonl",
        R"({"epoch":1,"lr":0.01,"train_loss":1,"train_accuracy":50,"test_loss":1,"test_accuracy":60.5,)"
        R"("seconds":6,"images_per_second":1,"data":"cifar10"})"
        "\n");
  write_result_tables(checkout.path());
  std::ifstream page(checkout / "docs/results/published-systems.md"),
      measured(checkout / "optim/measured.inc");
  const std::string text{std::istreambuf_iterator<char>(page), {}};
  CHECK_THAT(text, Catch::StartsWith("before\n") && Catch::EndsWith("<!-- end of table -->\nafter\n") &&
                       Catch::Contains("| skip-37108 | bn |") && !Catch::Contains("old"));
  CHECK(std::string{std::istreambuf_iterator<char>(measured), {}} == "{\"skip-37108\", \"bn\", 60.50},\n");
  write("docs/results/runs/norma-49k-gn-seed2.jsonl",
        R"({"epoch":1,"lr":0.01,"train_loss":1,"train_accuracy":50,"test_loss":1,"test_accuracy":80.5,)"
        R"("seconds":6,"images_per_second":1,"data":"cifar10"})"
        "\n");
  write_result_tables(checkout.path());
  CHECK_THAT(read_file(checkout / "docs/results/norma-49k.md"), Catch::Contains("| **80.50** | 80.50 |"));
  CHECK_THAT(read_file(checkout / "optim/measured.inc"), Catch::Contains("{\"norma-49k\", \"gn\", 80.50}"));
  write("docs/results/published-systems.md", "no marks");
  CHECK_THROWS_WITH(write_result_tables(checkout.path()), Catch::Contains("does not have the two marks"));
}

TEST_CASE("the measured accuracies in the list of presets agree with the logs", "[results]") {
  int compared = 0;
  for (const TableRow& row : table_rows()) {
    if (row.l1) continue;
    std::vector<double> best, last;
    for (std::uint64_t seed = 1; seed <= 9; ++seed) {
      const auto epochs =
          read_metrics(fs::path(NORMA_SOURCE_DIR) / "docs/results/runs" / (row.name(seed) + ".jsonl"));
      if (epochs.empty()) continue;
      best.push_back(best_epoch(epochs).test.accuracy);
      last.push_back(epochs.back().test.accuracy);
    }
    const auto accuracy = measured_accuracy(row.preset->name, row.published.norm);
    CAPTURE(row.name(1));
    REQUIRE(accuracy.has_value() == !best.empty());
    if (!accuracy) continue;
    CHECK(*accuracy == Approx(row.preset->source.empty() ? spread(last).mean : best.front()).margin(0.005));
    ++compared;
  }
  CHECK(compared > 0);
}
