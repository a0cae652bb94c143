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
    if (run.epochs.size() > 50) return;
    const ReportData data = report_of(std::move(run));
    report_html(data);
    if (size % 16 != 0) return;  // its pictures take long, and their compression takes longer still
    if (!data.run.epochs.empty()) draw_curves(data.run);
    draw_mistakes(data);
  });
  return 0;
}
