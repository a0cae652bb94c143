// The page: it has all parts, names cannot break it, and a browser opens it.
#include "apps/report/pages/report.h"

#include <cmath>

#include "apps/cli/options.h"
#include "apps/report/draw/html.h"
#include "data/synthetic.h"
#include "optim/presets.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/browser.h"
#include "tests/support/catch.h"
#include "tests/support/process.h"

using namespace norma;
using namespace norma::test;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

// An invented run of three epochs on synthetic images.
ReportData some_report(Norm norm = Norm::gn) {
  const Preset& preset = find_preset("c11-48096");
  const auto network = preset.network({.norm = norm});
  const DataSplit split = make_synthetic(1, 20, 40);
  ReportData data{{}, summarize(*network, preset.data->image), split.test, split.classes};
  const nlohmann::ordered_json config = {
      {"command", "cifar_norm --norm gn --out 'a folder'"},
      {"version", "0.1.0"},
      {"data", {{"name", "cifar10"}, {"train_images", 20}, {"classes", split.classes}}},
      {"network", {{"name", preset.name}, {"norm", name(norm)}, {"groups", nullptr}, {"parameters", 48096}}},
      {"training", {{"epochs", 3}, {"seed", 5}, {"momentum", 0.9}}},
      {"machine", {{"device", "cpu"}}}};
  data.run.config = config_from(config, "config.json");
  Options options;
  options.preset = preset.name;
  options.network.norm = norm;
  options.network.dropout = 0;
  NormProbe probe(make_network(options), {split.train, split.test, {}, cifar10_normalization},
                  options.recipe);
  for (int epoch = 0; epoch <= 3; ++epoch) {
    data.run.norm_statistics.push_back(probe.look(*network, epoch));
    if (epoch > 0)
      data.run.epochs.push_back({.epoch = epoch,
                                 .lr = 0.01,
                                 .train = {2.0 / epoch, 30.25 * epoch},
                                 .test = {2.1 / epoch, 30.75 * (epoch == 3 ? 1 : epoch)},
                                 .validation = {},
                                 .seconds = 2,
                                 .images_per_second = 1000});
  }
  for (std::int64_t i = 0; i < 40; ++i)
    data.predictions.push_back({split.test.labels.data<std::int64_t>()[i], 7 * i % 10, 0.5});
  return data;
}

int count(const std::string& text, const std::string& words) {
  int n = 0;
  for (std::size_t at = 0; (at = text.find(words, at)) != std::string::npos; ++at) ++n;
  return n;
}

std::string json_in(const std::string& page) {
  const std::string begin = "<script type=\"application/json\" id=\"charts\">";
  const std::size_t at = page.find(begin) + begin.size();
  return page.substr(at, page.find("</script>", at) - at);
}

}  // namespace

TEST_CASE("a report has all parts for a complete run", "[report]") {
  const ReportData data = some_report();
  const std::string page = report_html(data);
  for (const char* words :
       {"Group norm on CIFAR-10", "30.75 %", "61.50 %", "epoch 2", "48,096", "73.08 %", "id=\"curves\"",
        "id=\"norms\"", "id=\"classes\"", "id=\"mistakes\"", "id=\"layers\"", "id=\"configuration\"",
        "cifar_norm --norm gn --out 'a folder'", "At random, by seed 5", "AdaptiveAvgPool2d", "momentum"})
    CHECK_THAT(page, Contains(words));
  CHECK_THAT(page, !Contains("Not finished") && !Contains("Synthetic images."));
  CHECK(count(page, "<figure class=\"chart\"") == 2 + 14);
  CHECK(count(page, "src=\"data:image/png;base64,") == 20);
  CHECK(count(page, "<td class=\"right") + count(page, "<td class=\"wrong") == 100);
  CHECK(nlohmann::json::parse(json_in(page)).size() == 16);
  CHECK(count(page, "http:") + count(page, "https:") == 1);  // the XML name of SVG, which is not loaded
  CHECK_THAT(page, !Contains("{{") && !Contains("nan"));
}

TEST_CASE("a report of an incomplete run leaves out the missing parts", "[report]") {
  ReportData data = some_report(Norm::none);
  CHECK(count(report_html(data), "<figure class=\"chart\"") == 2 + 4 + 2);
  data.run.config.data_name = "synthetic";
  data.run.config.epochs = 20;
  CHECK_THAT(report_html(data), Contains("Synthetic images.") &&
                                    Contains("The run was stopped after 3 of 20 epochs") &&
                                    !Contains("published"));
  for (Prediction& p : data.predictions) p.predicted = p.label;
  CHECK(count(report_html(data), "<img") == 0);
  data.run.norm_statistics[1].layers[0].x.mean = NAN;
  CHECK_THAT(report_html(data), !Contains("nan"));

  const TemporaryFolder folder;
  data.run.epochs.clear();
  data.run.norm_statistics.clear();
  data.predictions.clear();
  CHECK(write_report(data, folder.path()) == folder / "report.html");
  CHECK_THAT(read_file(folder / "report.html"),
             Contains("No epoch was finished") && !Contains("id=\"curves\""));
  CHECK(!fs::exists(folder / "curves.png"));
  CHECK(!fs::exists(folder / "misclassified.png"));

  data.predictions = some_report(Norm::none).predictions;
  write_report(data, folder.path());
  CHECK(fs::exists(folder / "misclassified.png"));
}

TEST_CASE("no name can break the page", "[report]") {
  ReportData data = some_report();
  const std::string hostile = "</script><script>alert(1)</script>\"'&<b>\xff";
  data.classes[3] = hostile;
  data.run.config.command = data.run.config.preset = hostile;
  data.run.config.json["network"]["name"] = hostile;
  data.run.config.json["machine"]["device"] = hostile;
  for (NormStatistics& s : data.run.norm_statistics) s.layers[0].layer = hostile + ".norm";
  const std::string page = report_html(data);
  CHECK_THAT(page, !Contains("<script>alert") && !Contains("\"'&<b>"));
  CHECK(count(page, "</script>") == 2);
  CHECK_THAT(
      page,
      Contains("&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;'&amp;&lt;b&gt;\xEF\xBF\xBD"));
  const auto charts = nlohmann::json::parse(json_in(page));
  CHECK(charts[2]["series"][0]["name"] == "</script><script>alert(1)</script>\"'&<b>\xEF\xBF\xBD");
}

TEST_CASE("a template and its values must fit each other", "[report]") {
  CHECK(fill_template("<p>{{a}}{{b}}{{a}}</p>", {{"a", "1{{b}}"}, {"b", "2"}}) == "<p>1{{b}}21{{b}}</p>");
  CHECK_THROWS_WITH(fill_template("{{a}}", {}), Contains("a place for a"));
  CHECK_THROWS_WITH(fill_template("", {{"a", ""}}), Contains("no place for a"));
}

TEST_CASE("a run writes a report and two pictures, and a browser finds no faults", "[app][report]") {
  const TemporaryFolder folder;
  const fs::path run = folder / "run";
  const auto train = [&] {
    return run_program({NORMA_CIFAR_NORM, "--data", "synthetic", "--limit-train", "64", "--limit-test", "48",
                        "--batch-size", "16", "--epochs", "2", "--norm", "bn", "--out", run.string()});
  };
  const Finished first = train();
  INFO(first.out << first.err);
  REQUIRE(first.status == 0);
  CHECK_THAT(first.out, Contains("report    " + (run / "report.html").string()));
  for (const char* name : {"report.html", "curves.png", "misclassified.png", "norm_statistics.jsonl"})
    CHECK(fs::file_size(run / name) > 1000);
  CHECK(read_run(run).norm_statistics.size() == 3);
  const std::string page = read_file(run / "report.html");
  REQUIRE(train().status == 0);
  CHECK(read_file(run / "report.html.~1~") == page);
  check_in_browser(run / "report.html");
}
