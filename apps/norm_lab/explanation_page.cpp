#include <fmt/format.h>

#include "apps/norm_lab/pages.h"
#include "apps/report/draw/canvas.h"
#include "apps/report/draw/font.h"
#include "apps/report/draw/html.h"
#include "apps/report/draw/page.h"
#include "layers/explain/show.h"
#include "layers/summary.h"

namespace norma {
namespace {

constexpr double cell_width = 84, row_height = 20, left = 70, margin = 16;

// The tables below each other. A bar in the colour of its set stands before each number.
Picture draw(const Explanation& e) {
  const auto tables = tables_of(e);
  const std::int64_t hw = e.shape[2] * e.shape[3];
  const auto rows = static_cast<double>(e.shape[0] * e.shape[1]);
  const double width =
      std::max(left + cell_width * static_cast<double>(hw), text_width(headline(e), 14, true));
  const double lines = 3 + static_cast<double>(e.sets.size() + tables.size()) +
                       static_cast<double>(tables.size()) * (rows + 0.5);
  Canvas canvas(2 * margin + width, 2 * margin + row_height * lines);
  double y = margin + 14;
  canvas.text({margin, y}, headline(e), {}, {.size = 14, .bold = true});
  y += 0.5 * row_height;
  for (std::size_t s = 0; s < e.sets.size(); ++s) {
    y += row_height;
    canvas.fill({margin, y - 13, 6, row_height - 3}, {Role::series, static_cast<int>(s)});
    canvas.text({margin + 12, y}, set_line(e, s), {}, {});
  }
  for (const ExplainedTable& table : tables) {
    y += 1.5 * row_height;
    canvas.text({margin, y}, table.heading(), {}, {.bold = true});
    for (std::size_t i = 0; i < table.values->size(); ++i) {
      const auto at = static_cast<std::int64_t>(i);
      if (at % hw == 0) {
        y += row_height;
        canvas.text({margin, y}, plane_of(e, at), {Role::muted}, {});
      }
      const double x = margin + left + cell_width * static_cast<double>(at % hw);
      canvas.fill({x, y - 13, 6, row_height - 3}, {Role::series, static_cast<int>(e.set_of[i])});
      canvas.text({x + cell_width - 10, y}, four_digits((*table.values)[i]) + " " + letter_of(e.set_of[i]),
                  {}, {.anchor = Anchor::end});
    }
  }
  return canvas.picture();
}

}  // namespace

Shown show_explanation(const Explanation& e, bool colours) {
  const NormRow& row = row_of(e.norm);
  const Page page{.kicker = "norm_lab explain",
                  .title = row.title,
                  .subtitle = headline(e),
                  .head = fmt::format("<p class=\"lede\">{}</p>\n", escape_html(row.lesson)),
                  .sections =
                      "<section id=\"numbers\"><h2>Numbers</h2>\n<p>The letter behind a number, and its "
                      "colour, are its set. All numbers are computed in double, by the definition of "
                      "the norm.</p>\n" +
                      html_of(e) + "</section>\n",
                  .footer = "Formulas and their derivation: kernels/norm/README.md"};
  return {text_of(e, colours), render(page, {}), draw(e)};
}

std::string memory_text(const std::string& network, const Shape& images, const KeptMemory& kept) {
  std::string text =
      fmt::format("{} · images {} · bytes kept for the backward pass\n\n", network, images.to_string());
  std::map<std::string, std::int64_t> by_type;
  for (const KeptRow& row : kept.layers) {
    text += fmt::format("  {:<28} {:<22} {:>14}\n", row.path, row.type, with_commas(row.bytes));
    by_type[row.type] += row.bytes;
  }
  text += '\n';
  for (const auto& [type, bytes] : by_type)
    text += fmt::format("  {:<28} {:<22} {:>14}\n", "all", type, with_commas(bytes));
  return text + fmt::format("\n  {:<51} {:>14}\n  {:<51} {:>14}\n  {:<51} {:>14}\n", "each layer by itself",
                            with_commas(kept.layer_by_layer),
                            "as trained: ReLU and dropout recomputed from x", with_commas(kept.fused),
                            "if each block ran again from its input", with_commas(kept.by_blocks));
}

}  // namespace norma
