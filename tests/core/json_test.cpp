#include "core/json.h"

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>

#include "core/error.h"
#include "core/save_file.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"

namespace norma {
namespace {

using Json = nlohmann::ordered_json;
using Catch::Contains;

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

template <class J>
std::string error_of(const std::string& text) {
  return test::text_thrown<Error>([&] { parse_json<J>(text, "a.json"); });
}

TEMPLATE_TEST_CASE("JSON is read within limits", "[json]", nlohmann::json, Json) {
  CHECK(parse_json<TestType>(R"({"a": [1, {"b": null}]})", "a.json")["a"][1].contains("b"));
  const auto nested = [](const std::string& open, const std::string& close, std::size_t depth) {
    return repeated(open, depth) + repeated(close, depth);
  };
  CHECK(error_of<TestType>(nested("[", "]", deepest_json)).empty());
  for (const std::size_t depth : {deepest_json + 1, std::size_t{1'000'000}}) {
    CHECK(error_of<TestType>(nested("[", "]", depth)) == "a.json: its JSON is nested more than 32 deep");
    CHECK_THAT(error_of<TestType>(repeated("[", depth)), Contains("nested more than 32 deep"));
    CHECK_THAT(error_of<TestType>(repeated("{\"a\":", depth)), Contains("nested more than 32 deep"));
    CHECK_THAT(error_of<TestType>(repeated("[{\"a\":", depth)), Contains("nested more than 32 deep"));
  }
  CHECK_THAT(error_of<TestType>("[" + repeated("0,", 2 * most_json_values) + "0]"),
             Contains("more than 1000000 values"));
  CHECK_THAT(error_of<TestType>("[" + repeated("[],", most_json_values) + "0]"),
             Contains("more than 1000000 values"));
}

TEMPLATE_TEST_CASE("what is not JSON, or not clear, is an error of one sentence", "[json]", nlohmann::json,
                   Json) {
  CHECK(error_of<TestType>("{\"a\": 1, \"b\": {}, \"a\": 2}") ==
        "a.json: its JSON has two values called \"a\"");
  CHECK_THAT(error_of<TestType>("[{\"a\": {\"b\": 1, \"b\": 1}}]"), Contains("two values called \"b\""));
  CHECK(error_of<TestType>("[{\"a\": 1}, {\"a\": 1}, {\"b\": {\"a\": 1}}]").empty());
  CHECK(error_of<TestType>("{\"a\": 1") == "a.json is not JSON: it is wrong at byte 8 of 7");
  CHECK_THAT(error_of<TestType>(""), Contains("is not JSON"));
  CHECK_THAT(error_of<TestType>("{} {}"), Contains("is not JSON"));
  CHECK_THAT(error_of<TestType>("[NaN]"), Contains("is not JSON"));
  CHECK_THAT(error_of<TestType>("[\"\xff\"]"), Contains("is not JSON"));
  CHECK_THAT(error_of<TestType>("[1e999]"), Contains("a number in it is too large"));
}

TEST_CASE("an object whose values are found by searching has few of them", "[json]") {
  std::string text = "{";
  for (int i = 0; i < 1001; ++i) text += fmt::format("\"{}\": 0{}", i, i < 1000 ? ", " : "}");
  CHECK_THAT(error_of<Json>(text), Contains("an object of more than 1000 values"));
  CHECK(error_of<nlohmann::json>(text).empty());
}

TEST_CASE("a value is checked as it is read", "[json]") {
  const Json json = parse_json<Json>(
      R"({"whole": 7, "fraction": 7.5, "text": "words", "none": null, "list": [1, 2], "large": 1e300,
          "unsigned": 18446744073709551615, "names": ["a", 3], "nested": {"inner": -1}})",
      "f");
  const JsonObject object(json, "f");
  const auto error = [](auto&& f) { return test::text_thrown<Error>(f); };
  CHECK(object.whole("whole", 7, 7) == 7);
  CHECK(object.number("whole", 0, 10) == 7);
  CHECK(object.number("fraction", 0, 10) == 7.5);
  CHECK(object.text("text", 5) == "words");
  CHECK(std::isnan(object.number_or_nan("none", 0, 1)));
  CHECK(object.numbers("list", 2, 1, 2) == std::vector<double>{1, 2});
  CHECK(object.wholes("list", 2, 1, 2) == std::vector<std::int64_t>{1, 2});
  CHECK(object.object("nested").whole("inner", -1, 0) == -1);
  CHECK((object.has("whole") && !object.has("none") && !object.has("missing")));

  CHECK(error([&] { object.whole("missing", 0, 1); }) == "f: missing is missing");
  CHECK(error([&] { object.object("nested").whole("inner", 0, 5); }) ==
        "f: nested.inner is -1 instead of a whole number from 0 to 5");
  CHECK_THAT(error([&] { object.whole("fraction", 0, 10); }), Contains("fraction is 7.5 instead of a whole"));
  CHECK_THAT(error([&] { object.whole("large", 0, INT64_MAX); }),
             Contains("large is 1e+300 instead of a whole"));
  CHECK_THAT(error([&] { object.whole("unsigned", -5, INT64_MAX); }),
             Contains("18446744073709551615 instead"));
  CHECK_THAT(error([&] { object.whole("text", 0, 1); }),
             Contains("text is \"words\" instead of a whole number"));
  CHECK_THAT(error([&] { object.number("none", 0, 1); }), Contains("none is null instead of a number"));
  CHECK_THAT(error([&] { object.number("large", 0, 1e6); }), Contains("large is 1e+300 instead of a number"));
  CHECK_THAT(error([&] { object.text("text", 4); }), Contains("instead of a text of at most 4 bytes"));
  CHECK_THAT(error([&] { object.text("list", 4); }), Contains("list is a list of 2 instead of a text"));
  CHECK_THAT(error([&] { object.texts("names", 2, 9); }), Contains("names[1] is 3 instead of a text"));
  CHECK_THAT(error([&] { object.numbers("list", 1, 0, 9); }), Contains("instead of a list of at most 1"));
  CHECK_THAT(error([&] { object.numbers("nested", 1, 0, 9); }),
             Contains("nested is an object instead of a list"));
  CHECK_THAT(error([&] { object.object("list"); }), Contains("list is a list of 2 instead of an object"));
  const Json list = Json::array();
  CHECK_THAT(error([&] { JsonObject(list, "f"); }),
             Contains("f: its JSON is a list of 0 instead of an object"));
}

TEST_CASE("JSON is parsed in one place", "[json][repository]") {
  namespace fs = std::filesystem;
  const std::regex parser("[Jj]son(<[^>]*>)?::(parse|accept|sax_parse)\\(|>> *json\\b");
  int looked_at = 0;
  for (const char* folder : {"core", "kernels", "layers", "data", "optim", "apps", "bench"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(NORMA_SOURCE_DIR) / folder)) {
      const std::string name = entry.path().filename();
      if (!entry.is_regular_file() || name == "json.cpp") continue;
      if (!name.ends_with(".cpp") && !name.ends_with(".h")) continue;
      CAPTURE(entry.path().string());
      CHECK_FALSE(std::regex_search(read_file(entry.path()), parser));
      ++looked_at;
    }
  CHECK(looked_at > 100);
}

}  // namespace
}  // namespace norma
