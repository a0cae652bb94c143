// Drawing: pixels, letters, PNG files, axes.
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/report/draw/canvas.h"
#include "apps/report/draw/chart.h"
#include "apps/report/draw/font.h"
#include "apps/report/draw/html.h"
#include "apps/report/draw/svg.h"
#include "layers/network/norms.h"
#include "tests/support/catch.h"

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#include <stb/stb_image.h>

using namespace norma;
using Catch::Contains;

namespace {

Picture decode_png(const std::string& file) {
  int width = 0, height = 0, channels = 0;
  stbi_uc* pixels = stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(file.data()),
                                          static_cast<int>(file.size()), &width, &height, &channels, 0);
  REQUIRE(pixels != nullptr);
  const Picture picture{width, height, channels, {pixels, pixels + width * height * channels}};
  stbi_image_free(pixels);
  return picture;
}

Rgb pixel(const Canvas& canvas, int x, int y) {
  const std::uint8_t* p = canvas.picture().pixels.data() + 3 * (y * canvas.picture().width + x);
  return {p[0], p[1], p[2]};
}

// The sum of all darkness, in whole black pixels.
double ink(const Canvas& canvas) {
  double sum = 0;
  for (const std::uint8_t v : canvas.picture().pixels) sum += 255 - v;
  return sum / (3 * 255);
}

const Rgb white = {255, 255, 255};
const Rgb blue = light_color({Role::series, 0});

}  // namespace

TEST_CASE("a legend takes the lines it needs, and every norm has its own colour", "[report][chart]") {
  Chart chart{.title = "t", .unit = ""};
  const Box box{0, 0, 360, 220};
  chart.series = {{"Batch norm", {Role::series, 0}}};
  const double one = axes_of(chart, box).y.place.high;
  for (int i = 1; i < 7; ++i) chart.series.push_back({"Layer norm over channels", {Role::series, i}});
  CHECK(axes_of(chart, box).y.place.high == one + 5 * 20);
  chart.series[1].faint = true;
  CHECK(axes_of(chart, box).y.place.high == one + 4 * 20);
  for (int i = 0; i + 1 < static_cast<int>(all_norms().size()); ++i)
    for (int k = 0; k < i; ++k) CHECK(light_color({Role::series, i}) != light_color({Role::series, k}));
}

TEST_CASE("a line covers its pixels fully, the pixels at its edge partly, and no others",
          "[report][canvas]") {
  Canvas canvas(20, 10, 1);
  canvas.line({{5, 5}, {15, 5}}, {Role::series, 0}, {2});
  CHECK(pixel(canvas, 10, 4) == blue);
  CHECK(pixel(canvas, 10, 5) == blue);
  CHECK(pixel(canvas, 10, 3) == white);
  CHECK(pixel(canvas, 10, 6) == white);
  CHECK(pixel(canvas, 17, 5) == white);
  Canvas between(20, 10, 1);
  between.line({{5, 5}, {15, 5}}, {Role::series, 0}, {1});  // half of two rows
  for (const int y : {4, 5})
    for (std::size_t c = 0; c < 3; ++c) CHECK(std::abs(pixel(between, 10, y)[c] - (255 + blue[c]) / 2) <= 1);
}

TEST_CASE("the painted area of a line is its length times its width, in any direction and size",
          "[report][canvas]") {
  const Ink black{Role::text};
  const double full = [&] {
    Canvas canvas(10, 10, 1);
    canvas.fill({0, 0, 10, 10}, black);
    return ink(canvas) / 100;  // of a pixel
  }();
  for (const int scale : {1, 2, 3})
    for (const double angle : {0.0, 0.3, 0.8, 2.0, 3.5}) {
      CAPTURE(scale, angle);
      Canvas canvas(100, 100, scale);
      canvas.line({{50, 50}, {50 + 40 * std::cos(angle), 50 + 40 * std::sin(angle)}}, black, {3});
      const double area = 40 * 3 + 3.14159 * 1.5 * 1.5;  // with its round ends
      CHECK(ink(canvas) / full == Approx(area * scale * scale).epsilon(0.02));
    }
  Canvas once(100, 100, 2), parts(100, 100, 2);
  once.line({{10, 10}, {90, 70}}, black, {2});
  parts.line({{10, 10}, {30, 25}, {50, 40}, {90, 70}}, black, {2});
  CHECK(once.picture().pixels == parts.picture().pixels);  // corners are not painted twice
}

TEST_CASE("dashes leave gaps, a point is a dot, and lines outside of the canvas do no harm",
          "[report][canvas]") {
  Canvas line(100, 10, 1), dashed(100, 10, 1), dot(10, 10, 1), outside(10, 10, 1);
  line.line({{5, 5}, {95, 5}}, {Role::text}, {2});
  dashed.line({{5, 5}, {40, 5}, {95, 5}}, {Role::text}, {2, true});
  CHECK(ink(dashed) < 0.9 * ink(line));
  CHECK(ink(dashed) > 0.4 * ink(line));
  dot.line({{5, 5}}, {Role::text}, {4});
  CHECK(ink(dot) > 8);
  outside.line({{-50, -20}, {60, -1000}}, {Role::text}, {4});
  outside.text({-200, 300}, "far away", {Role::text}, {12});
  CHECK(ink(outside) == 0);
}

TEST_CASE("letters are drawn in the right place and have the reported width", "[report][font]") {
  for (const bool bold : {false, true}) {
    Canvas canvas(200, 40, 2);
    canvas.text({10, 30}, "Group norm", {Role::text}, {20, Anchor::start, bold});
    CHECK(ink(canvas) > 200);
    int left = 1000, right = 0, bottom = 0;
    for (int y = 0; y < canvas.picture().height; ++y)
      for (int x = 0; x < canvas.picture().width; ++x)
        if (pixel(canvas, x, y) != white) left = std::min(left, x), right = std::max(right, x), bottom = y;
    const double width = text_width("Group norm", 40, bold);
    CHECK(left == Approx(20).margin(4));
    CHECK(right == Approx(20 + width).margin(6));
    CHECK(bottom > 60);  // the p reaches below the baseline
    CHECK(bottom < 72);
  }
  Canvas start(300, 30, 1), middle(300, 30, 1), end(300, 30, 1);
  const double width = text_width("76.5 %", 16);
  start.text({100, 20}, "76.5 %", {Role::text}, {16});
  middle.text({100 + width / 2, 20}, "76.5 %", {Role::text}, {16, Anchor::middle});
  end.text({100 + width, 20}, "76.5 %", {Role::text}, {16, Anchor::end});
  CHECK(ink(middle) == Approx(ink(start)).epsilon(0.01));
  CHECK(ink(end) == Approx(ink(start)).epsilon(0.01));
  CHECK(text_width("bold", 20, true) > text_width("bold", 20));
  CHECK(text_width("×", 20) > 5);
  CHECK(text_width("a\xff", 20) > text_width("a", 20));  // not UTF-8: a replacement character
  CHECK(text_width("a\xe2\x82", 20) > text_width("a", 20));
}

TEST_CASE("PNG files keep the drawn pixels, and base64 follows RFC 4648", "[report][png]") {
  Picture grey{3, 2, 1, {0, 50, 100, 150, 200, 250}};
  Canvas canvas(30, 20, 2);
  canvas.line({{1, 1}, {29, 19}}, {Role::series, 1}, {3});
  for (const Picture& picture : {grey, canvas.picture()}) {
    const Picture back = decode_png(encode_png(picture));
    CHECK(back.width == picture.width);
    CHECK(back.height == picture.height);
    CHECK(back.channels == picture.channels);
    CHECK(back.pixels == picture.pixels);
  }
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("fooba") == "Zm9vYmE=");
  CHECK(base64("foob") == "Zm9vYg==");
  CHECK(base64(std::string("\0\xff", 2)) == "AP8=");
  CHECK_THAT(data_uri(grey), Catch::StartsWith("data:image/png;base64,iVBORw0KGgo"));
}

TEST_CASE("an image on a canvas keeps its pixels sharp", "[report][canvas]") {
  Canvas canvas(8, 8, 1);
  canvas.image({2, 2, 4, 4}, {2, 2, 3, {255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9}});
  CHECK(pixel(canvas, 1, 2) == white);
  CHECK(pixel(canvas, 2, 2) == Rgb{255, 0, 0});
  CHECK(pixel(canvas, 3, 3) == Rgb{255, 0, 0});
  CHECK(pixel(canvas, 4, 3) == Rgb{0, 255, 0});
  CHECK(pixel(canvas, 3, 4) == Rgb{0, 0, 255});
  CHECK(pixel(canvas, 5, 5) == Rgb{9, 9, 9});
  CHECK(pixel(canvas, 6, 5) == white);
}

TEST_CASE("the marks of axes are round numbers in the range of the data", "[report][chart]") {
  CHECK(linear_ticks({23, 77}, 5) == std::vector<double>{20, 40, 60, 80});
  CHECK(linear_ticks({0, 1}, 5).size() == 6);
  CHECK(linear_ticks({5, 5}, 5).size() > 2);
  CHECK(linear_ticks({0, 0}, 5).front() < 0);
  CHECK(linear_ticks({2.302580, 2.302585}, 5) != linear_ticks({2.3, 2.4}, 5));
  CHECK(linear_ticks({2.302580, 2.302585}, 5)[1] - linear_ticks({2.302580, 2.302585}, 5)[0] > 4e-4);
  for (const Range range :
       {Range{1e-7, 3e-7}, Range{-3, 400}, Range{0.0312, 0.0313}, Range{1e6, 2e6}, Range{3e-9, 0.4}})
    for (const auto& ticks :
         {linear_ticks(range, 5), range.low > 0 ? logarithmic_ticks(range) : linear_ticks(range, 9)}) {
      CAPTURE(range.low, range.high);
      CHECK(ticks.front() <= range.low * (1 + 1e-9));
      CHECK(ticks.back() >= range.high * (1 - 1e-9));
      CHECK(ticks.size() >= 2);
      CHECK(ticks.size() <= 14);
    }
  CHECK(logarithmic_ticks({1e-6, 1}).size() <= 8);
  const auto labels = [](std::vector<double> ticks, bool logarithmic = false) {
    return tick_labels({{0, 1}, {0, 1}, logarithmic, std::move(ticks)});
  };
  CHECK(labels({1.8, 2, 2.2}) == std::vector<std::string>{"1.8", "2.0", "2.2"});
  CHECK(labels({-20, 0, 20}) == std::vector<std::string>{"−20", "0", "20"});
  CHECK(labels({0, 2e-5}) == std::vector<std::string>{"0", "2e−5"});
  CHECK(labels({0.5, 1, 200}, true) == std::vector<std::string>{"0.5", "1", "200"});
}

TEST_CASE("a chart draws finite values, leaves gaps, and gives all values to the script", "[report][chart]") {
  Chart chart{.title = "Loss <&>", .unit = "", .digits = 4};
  chart.series = {{"train", {Role::series, 0}, true, {{1, 2.5}, {2, 2}, {3, NAN}, {4, 1}, {5, 1.5}}},
                  {"test", {Role::series, 1}, false, {{2, 1}}}};
  const Box box{0, 0, 360, 236};
  SvgSurface svg;
  draw(svg, chart, box);
  CHECK_THAT(svg.content(), Contains("Loss &lt;&amp;&gt;") && !Contains("nan") && !Contains("inf"));
  const auto count = [&](const std::string& words) {
    int n = 0;
    for (std::size_t at = 0; (at = svg.content().find(words, at)) != std::string::npos; ++at) ++n;
    return n;
  };
  CHECK(count("stroke:var(--series-0)") == 3);  // legend, and one line on each side of the gap
  CHECK(count("h0\"") == 1);                    // test has one epoch: a dot
  const auto json = json_of(chart, box);
  CHECK(json["at"] == nlohmann::json({1, 2, 3, 4, 5}));
  CHECK(json["series"][0]["values"][2].is_null());
  CHECK(json["series"][1]["values"][0].is_null());
  CHECK(json["series"][1]["values"][1] == 1);
  const ChartAxes axes = axes_of(chart, box);
  for (const double x : {1.0, 5.0}) CHECK((axes.x(x) >= 0 && axes.x(x) <= box.width));
  CHECK(axes.y(2.5) < axes.y(1));

  chart.logarithmic = true;
  chart.series[0].points = {{1, 0.0}, {2, -1}, {3, 1e-3}, {4, 10}};
  SvgSurface logarithmic;
  draw(logarithmic, chart, box);
  CHECK_THAT(logarithmic.content(), !Contains("nan") && !Contains("inf"));
  SvgSurface empty;
  draw(empty, {.title = "nothing", .unit = ""}, box);
  CHECK_THAT(empty.content(), !Contains("nan") && !Contains("inf"));
}

TEST_CASE("faint lines have no name, and marked values lie on a logarithmic axis", "[report][chart]") {
  Chart chart{.title = "Accuracy", .unit = " %", .x_name = "batch size", .x_values = {2, 8, 32}};
  chart.series = {{.name = "bn", .ink = {}, .points = {{2, 10}, {8, 70}, {32, 72}}, .faint = true},
                  {.name = "bn", .ink = {}, .points = {{2, 12}, {8, 69}, {32, 73}}}};
  const Box box{0, 0, 360, 236};
  SvgSurface svg;
  draw(svg, chart, box);
  CHECK(json_of(chart, box)["series"].size() == 1);
  CHECK_THAT(svg.content(), Contains("stroke-width=\"0.7\""));
  CHECK(svg.content().find(">bn<") == svg.content().rfind(">bn<"));
  const Axis x = axes_of(chart, box).x;
  CHECK(x.ticks == chart.x_values);
  CHECK(x(8) - x(2) == Approx(x(32) - x(8)));
  chart.series[1].points = chart.series[0].points = {{2, 12}};
  CHECK(std::isfinite(axes_of(chart, box).x(2)));
}
