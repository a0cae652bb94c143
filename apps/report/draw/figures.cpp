#include "apps/report/draw/figures.h"

#include <fmt/format.h>

#include "apps/report/draw/html.h"
#include "apps/report/draw/svg.h"

namespace norma {
namespace {

constexpr Box box{0, 0, 360, 236};  // so small that letters are readable on a phone

}  // namespace

std::string Figures::add(const Chart& chart) {
  SvgSurface svg;
  draw(svg, chart, box);
  std::string html = fmt::format(
      "<figure class=\"chart\" data-chart=\"{}\" tabindex=\"0\"><svg viewBox=\"0 0 {} {}\" role=\"img\" "
      "aria-label=\"{}\"><g>{}</g></svg></figure>\n",
      json_.size(), box.width, box.height, escape_html(chart.title), svg.content());
  json_.push_back(json_of(chart, box));
  return html;
}

std::string legend(const std::vector<Series>& series) {
  std::string html = "<ul class=\"legend\">";
  for (const Series& s : series)
    html += fmt::format("<li><i style=\"background:{}\"></i>{}</li>", css_color(s.ink), escape_html(s.name));
  return html + "</ul>\n";
}

}  // namespace norma
