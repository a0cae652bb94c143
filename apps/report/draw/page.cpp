#include "apps/report/draw/page.h"

#include <fmt/format.h>

#include <regex>

#include "apps/report/draw/embedded.h"
#include "apps/report/draw/html.h"
#include "apps/report/draw/palette.h"

namespace norma {
namespace {

// Links to the sections, by their headings: <section id="curves"><h2>Curves</h2>.
std::string navigation(const std::string& sections) {
  const std::regex heading("<section id=\"([a-z]+)\"><h2>([^<]*)</h2>");
  std::string html;
  for (std::sregex_iterator at(sections.begin(), sections.end(), heading), end; at != end; ++at)
    html += fmt::format("<a href=\"#{}\">{}</a>", at->str(1), at->str(2));
  return html;
}

}  // namespace

std::string render(const Page& page, const Figures& figures) {
  return fill_template(embedded::report_template(), {{"palette", css_palette(page.layers)},
                                                     {"kicker", escape_html(page.kicker)},
                                                     {"title", escape_html(page.title)},
                                                     {"subtitle", escape_html(page.subtitle)},
                                                     {"navigation", navigation(page.sections)},
                                                     {"head", page.head},
                                                     {"sections", page.sections},
                                                     {"footer", page.footer},
                                                     {"charts", script_json(figures.json())}});
}

}  // namespace norma
