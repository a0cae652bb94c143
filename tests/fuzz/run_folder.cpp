// A run folder and the report of it. The input is config.json, metrics.jsonl and norm_statistics.jsonl, with
// a NUL between.
#include <fstream>

#include "apps/report/pages/images.h"
#include "apps/report/pages/report.h"
#include "optim/presets.h"
#include "optim/run/saved_run.h"
#include "tests/fuzz/input.h"

using namespace norma;

namespace {

// What a report is made of, but for the run.
ReportData report_of(SavedRun run) {
  const Preset& preset = find_preset("mnist-9752");
  static const Summary summary = summarize(*preset.network({}), preset.data->image);
  const Dataset test{Tensor::full({2, 1, 28, 28}, 100, DType::uint8), Tensor::zeros({2}, DType::int64)};
  return {std::move(run), summary, test, {"0", "1"}, {{0, 1, 0.75}, {0, 0, 0.5}}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::Folder folder;
  const auto parts = fuzz::parts_of(fuzz::text_of(data, size), '\0', 3);
  const char* const names[] = {"config.json", "metrics.jsonl", "norm_statistics.jsonl"};
  for (std::size_t i = 0; i < 3; ++i) std::ofstream(folder / names[i], std::ios::binary) << parts[i];
  fuzz::try_to([&] {
    SavedRun run = read_run(folder.path());
    static_cast<void>(run.complete());
    // A report takes as long as ten readings, and its pictures as long as a hundred. A hash decides, because
    // mutations keep the size of an input.
    const std::size_t hash = std::hash<std::string_view>()(fuzz::text_of(data, size));
    if (hash % 16 != 0 || run.epochs.size() > 50) return;
    const ReportData report = report_of(std::move(run));
    report_html(report);
    if (hash % 256 != 0) return;
    if (!report.run.epochs.empty()) draw_curves(report.run);
    draw_mistakes(report);
  });
  return 0;
}
