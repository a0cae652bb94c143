// The sections on classes: the confusion matrix, and misclassified images.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "apps/report/draw/html.h"
#include "apps/report/pages/images.h"
#include "apps/report/pages/sections.h"
#include "apps/report/pages/words.h"
#include "optim/confusion.h"

namespace norma {
namespace {

// The depth of the colour is the share of the row. For mistakes, it is relative to the most common mistake.
std::string cell(const Confusion& confusion, const std::vector<std::string>& names, std::size_t label,
                 std::size_t predicted, double commonest) {
  const std::int64_t count = confusion.count(label, predicted), images = confusion.images(label);
  const double share = confusion.share(label, predicted);
  const bool right = label == predicted;
  const double depth = 0.9 * (right ? share : commonest > 0 ? share / commonest : 0);
  // From here on, letters of the other colour are easier to read: "deep" on dark pages, "full" on all pages.
  const char* const shade = depth > 0.87 ? " deep full" : depth > 0.61 ? " deep" : "";
  return fmt::format(
      "<td class=\"{}{}\" style=\"--depth:{:.3f}\" title=\"{}: {} of {} predicted as {} ({:.1f} %)\">{}</td>",
      right ? "right" : "wrong", shade, depth, names[label], count, images, names[predicted], 100 * share,
      count);
}

std::string accuracies(const Confusion& confusion, const std::vector<std::string>& names) {
  std::vector<std::size_t> order(names.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return confusion.accuracy(a).value_or(-1) > confusion.accuracy(b).value_or(-1);
  });
  std::string html = "<table class=\"bars\"><caption>Accuracy by class, the best first</caption><tbody>\n";
  for (const std::size_t i : order) {
    const auto accuracy = confusion.accuracy(i);
    html += fmt::format(
        "<tr><th scope=\"row\">{}</th><td><i style=\"width:{:.1f}%\"></i></td><td>{}</td></tr>\n", names[i],
        accuracy.value_or(0), accuracy ? fmt::format("{:.1f} %", *accuracy) : "no images");
  }
  return html + "</tbody></table>\n";
}

std::string grid(const ReportData& data, const std::vector<std::string>& names,
                 const std::vector<std::int64_t>& indices) {
  std::string html = "<div class=\"mistakes\">\n";
  for (const std::int64_t index : indices) {
    const Prediction& p = data.predictions[static_cast<std::size_t>(index)];
    const std::string &is = names[static_cast<std::size_t>(p.label)],
                      &taken = names[static_cast<std::size_t>(p.predicted)];
    html += fmt::format(
        "<figure><img src=\"{}\" alt=\"test image {}, {}\"><figcaption><b>{}</b> "
        "<span>{:.1f}&nbsp;%</span><small>true: {}</small></figcaption></figure>\n",
        data_uri(image_at(data.test, index)), index, is, taken, 100 * p.probability, is);
  }
  return html + "</div>\n";
}

}  // namespace

std::vector<std::string> escaped(const std::vector<std::string>& classes) {
  std::vector<std::string> names;
  for (const std::string& name : classes) names.push_back(escape_html(name));
  return names;
}

std::string confusion_matrix(const Confusion& confusion, const std::vector<std::string>& names) {
  double commonest = 0;
  for (std::size_t i = 0; i < names.size(); ++i)
    for (std::size_t k = 0; k < names.size(); ++k)
      if (i != k) commonest = std::max(commonest, confusion.share(i, k));
  const bool short_names =
      std::all_of(names.begin(), names.end(), [](const std::string& name) { return name.size() <= 3; });
  std::string html = fmt::format(
      "<div class=\"matrix\"><div class=\"scroll\" tabindex=\"0\"><table "
      "class=\"confusion{}\"><caption>Confusion matrix: rows are the true classes, columns the predicted "
      "classes</caption><thead><tr><td></td>",
      short_names ? "" : " upright");
  for (const std::string& name : names) html += "<th scope=\"col\"><span>" + name + "</span></th>";
  html += "</tr></thead><tbody>\n";
  for (std::size_t i = 0; i < names.size(); ++i) {
    html += "<tr><th scope=\"row\">" + names[i] + "</th>";
    for (std::size_t k = 0; k < names.size(); ++k) html += cell(confusion, names, i, k, commonest);
    html += "</tr>\n";
  }
  return html +
         "</tbody></table></div>\n<p class=\"reading\" aria-live=\"polite\">Point at a cell to read "
         "it.</p></div>\n";
}

std::string confusion_section(const ReportData& data) {
  if (data.predictions.empty()) return "";
  const std::vector<std::string> names = escaped(data.classes);
  const Confusion confusion(names.size(), data.predictions);
  return "<section id=\"classes\"><h2>Class by class</h2>\n<p class=\"lede\">Blue is right and orange is "
         "wrong; a deeper colour is a larger share of the row. Orange is drawn stronger than blue, because "
         "mistakes are fewer.</p>\n"
         "<div class=\"classes\">" +
         confusion_matrix(confusion, names) + accuracies(confusion, names) + "</div></section>\n";
}

std::string mistakes_section(const ReportData& data) {
  if (data.predictions.empty()) return "";
  const auto wrong = std::count_if(data.predictions.begin(), data.predictions.end(),
                                   [](const Prediction& p) { return !p.right(); });
  std::string html = fmt::format(
      "<section id=\"mistakes\"><h2>Mistakes</h2>\n<p class=\"lede\">{} of {} test images were "
      "misclassified. In bold, the predicted class and its probability; below, the true class.</p>\n",
      with_commas(wrong), with_commas(static_cast<std::int64_t>(data.predictions.size())));
  if (wrong == 0) return html + "</section>\n";
  const std::vector<std::string> names = escaped(data.classes);
  const Mistakes chosen = mistakes_to_show(data);
  html += fmt::format("<h3>At random, by seed {}</h3>\n", chosen.seed) + grid(data, names, chosen.random);
  html += "<h3>The most confident</h3>\n" + grid(data, names, chosen.surest);
  return html + "</section>\n";
}

}  // namespace norma
