#include "apps/report/pages/images.h"

#include <cmath>

#include "apps/report/draw/canvas.h"
#include "apps/report/draw/font.h"
#include "apps/report/pages/charts.h"
#include "apps/report/pages/words.h"
#include "core/error.h"
#include "optim/confusion.h"

namespace norma {
namespace {

constexpr double margin = 28;

// "c11-48096 · 48,096 parameters · 20 epochs · test accuracy last 72.33 %, best 72.33 % (epoch 20)"
std::string subtitle(const SavedRun& run) {
  const std::string words = fmt::format("{} · {} parameters · {} epochs", run.config.preset,
                                        with_commas(run.config.parameters), run.epochs.size());
  if (run.epochs.empty()) return words;
  return fmt::format("{} · test accuracy last {}, best {} (epoch {})", words,
                     percent(run.epochs.back().test.accuracy), percent(run.best().test.accuracy),
                     run.best().epoch);
}

void draw_title(Canvas& canvas, const std::string& title, const std::string& subtitle) {
  canvas.text({margin, 42}, title, {Role::text}, {22, Anchor::start, true});
  canvas.text({margin, 64}, subtitle, {Role::muted}, {13});
}

// The words, shortened with an ellipsis if they do not fit.
std::string fitting(std::string words, double width, double size, bool bold) {
  if (text_width(words, size, bold) <= width) return words;
  while (!words.empty() && text_width(words + "…", size, bold) > width) {
    while (words.size() > 1 && (static_cast<unsigned char>(words.back()) >> 6) == 2) words.pop_back();
    words.pop_back();
  }
  return words + "…";
}

constexpr double cell = 144, gap = 18, caption = 44;  // of the grid

void draw_grid(Canvas& canvas, const ReportData& data, const std::vector<std::int64_t>& indices, double top) {
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const Prediction& p = data.predictions[static_cast<std::size_t>(indices[i])];
    const double x = margin + static_cast<double>(i % 5) * (cell + gap);
    const double y = top + static_cast<double>(i / 5) * (cell + caption + gap);
    const Picture picture = image_at(data.test, indices[i]);
    const double pixel =
        std::max(1.0, std::floor(2 * cell / static_cast<double>(picture.width))) / 2;  // all equally large
    const double side = pixel * static_cast<double>(picture.width);
    canvas.image({x, y, side, pixel * static_cast<double>(picture.height)}, picture);
    const std::string sure = fmt::format("{:.1f} %", 100 * p.probability);
    const double left = side - text_width(sure, 13) - 8;
    canvas.text({x, y + cell + 18},
                fitting(data.classes[static_cast<std::size_t>(p.predicted)], left, 13, true), {Role::text},
                {13, Anchor::start, true});
    canvas.text({x + side, y + cell + 18}, sure, {Role::muted}, {13, Anchor::end});
    canvas.text({x, y + cell + 36},
                fitting("true: " + data.classes[static_cast<std::size_t>(p.label)], side, 13, false),
                {Role::muted}, {13});
  }
}

}  // namespace

Picture image_at(const Dataset& dataset, std::int64_t index) {
  const std::int64_t channels = dataset.images.size(1),
                     pixels = dataset.images.size(2) * dataset.images.size(3);
  Picture picture{dataset.images.size(3), dataset.images.size(2), channels};
  const std::uint8_t* planes = dataset.images.data<std::uint8_t>() + index * channels * pixels;
  for (std::int64_t i = 0; i < pixels; ++i)
    for (std::int64_t c = 0; c < channels; ++c) picture.pixels.push_back(planes[c * pixels + i]);
  return picture;
}

Mistakes mistakes_to_show(const ReportData& data) {
  const std::uint64_t seed = data.run.config.seed;
  return {seed, some_mistakes(data.predictions, 10, seed), surest_mistakes(data.predictions, 10)};
}

Picture draw_pair(const std::string& title, const std::string& subtitle, const Chart& left,
                  const Chart& right) {
  constexpr double width = 960, height = 440;
  Canvas canvas(width, height);
  draw_title(canvas, title, subtitle);
  const double half = (width - 3 * margin) / 2;
  draw(canvas, left, {margin, 92, half, height - 92 - 16});
  draw(canvas, right, {2 * margin + half, 92, half, height - 92 - 16});
  return canvas.picture();
}

Picture draw_curves(const SavedRun& run) {
  return draw_pair(run_title(run), subtitle(run), accuracy_chart(run), loss_chart(run));
}

Picture draw_mistakes(const ReportData& data) {
  const Mistakes chosen = mistakes_to_show(data);
  const auto height_of = [](const std::vector<std::int64_t>& indices) {
    return static_cast<double>((indices.size() + 4) / 5) * (cell + caption + gap);
  };
  const double first = 128, second = first + height_of(chosen.random) + 44;
  Canvas canvas(2 * margin + 5 * cell + 4 * gap, second + height_of(chosen.surest) + 8);
  draw_title(canvas, run_title(data.run), subtitle(data.run));
  if (chosen.random.empty()) {
    canvas.text({margin, first - 16}, "No test image was misclassified.", {Role::text}, {15});
    return canvas.picture();
  }
  const auto heading = [&](double y, const std::string& words) {
    canvas.text({margin, y}, words, {Role::text}, {15, Anchor::start, true});
  };
  heading(
      first - 16,
      fmt::format("Misclassified test images, at random by seed {}: predicted class, probability, true class",
                  chosen.seed));
  draw_grid(canvas, data, chosen.random, first);
  heading(second - 16, "The most confident mistakes");
  draw_grid(canvas, data, chosen.surest, second);
  return canvas.picture();
}

}  // namespace norma
