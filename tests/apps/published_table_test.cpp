#include "apps/published_table.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "apps/measured.h"
#include "apps/run_config.h"
#include "apps/save_file.h"
#include "tests/data/temporary_folder.h"

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

TEST_CASE("the published table has a row a preset and norm, and stride-29472 twice", "[published]") {
  std::set<std::string> names;
  for (const TableRow& row : table_rows()) names.insert(row.name(1));
  CHECK(names.size() == 19);
  const TableRow& free = row_named("stride-29472-gn-l1-0");
  CHECK(free.options().l1 == 0);
  CHECK(row_named("stride-29472-gn").options().l1 == 0.05);
  CHECK(free.command(2) == "cifar_norm --preset stride-29472 --norm gn --l1 0 --seed 2");
  CHECK(free.name(2) == "stride-29472-gn-l1-0-seed2");
  CHECK(row_named("mnist-9752-ln").command(1) == "mnist_norm --preset mnist-9752 --norm ln --seed 1");
}

TEST_CASE("a line keeps last and best, train and test apart", "[published]") {
  std::vector<EpochResult> epochs(2);
  epochs[0] = {.epoch = 1, .train = {1, 60.0}, .test = {1, 72.5}, .seconds = 30};
  epochs[1] = {.epoch = 2, .train = {1, 65.0}, .test = {1, 71.25}, .seconds = 60};
  CHECK(table_line(row_named("skip-37108-gn"), 1, epochs) ==
        "| skip-37108 | gn | 37,108 | 72.64 | 70.00 | 65.00 | 71.25 | 72.50 (epoch 1) | +2.50 | 1 | 1.5 |");
}

TEST_CASE("the table is written between its marks, from the logs that are there", "[published]") {
  const test::TemporaryFolder checkout;
  fs::create_directories(checkout / "apps");
  fs::create_directories(checkout / "docs/results/runs");
  const auto write = [&](const std::string& name, const std::string& text) {
    save_file(checkout / name, text);
  };
  write("docs/results/published-systems.md",
        "before\n<!-- table: written by ./run reproduce -->\nold\n<!-- end of table -->\nafter\n");
  write("docs/results/runs/skip-37108-bn.jsonl",
        R"({"epoch":1,"lr":0.01,"train_loss":1,"train_accuracy":50,"test_loss":1,"test_accuracy":60.5,)"
        R"("seconds":6,"images_per_second":1,"data":"cifar10"})"
        "\n");
  write_published_table(checkout.path());
  std::ifstream page(checkout / "docs/results/published-systems.md"),
      measured(checkout / "apps/measured.inc");
  const std::string text{std::istreambuf_iterator<char>(page), {}};
  CHECK_THAT(text, Catch::StartsWith("before\n") && Catch::EndsWith("<!-- end of table -->\nafter\n") &&
                       Catch::Contains("| skip-37108 | bn |") && !Catch::Contains("old"));
  CHECK(std::string{std::istreambuf_iterator<char>(measured), {}} == "{\"skip-37108\", \"bn\", 60.50},\n");
  write("docs/results/published-systems.md", "no marks");
  CHECK_THROWS_WITH(write_published_table(checkout.path()), Catch::Contains("no marks"));
}

TEST_CASE("what the list of presets says was measured stands in the logs", "[published]") {
  int compared = 0;
  for (const TableRow& row : table_rows()) {
    const auto epochs =
        read_metrics(fs::path(NORMA_SOURCE_DIR) / "docs/results/runs" / (row.name(1) + ".jsonl"));
    if (row.l1) continue;
    const auto accuracy = measured_accuracy(row.preset->name, row.published.norm);
    CAPTURE(row.name(1));
    REQUIRE(accuracy.has_value() == !epochs.empty());
    if (!accuracy) continue;
    double best = 0;
    for (const EpochResult& epoch : epochs) best = std::max(best, epoch.test.accuracy);
    CHECK(*accuracy == Approx(best).margin(0.005));
    ++compared;
  }
  CHECK(compared > 0);
}
