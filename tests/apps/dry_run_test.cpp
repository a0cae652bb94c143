// What a training step asks of a GPU, held to budgets: nothing is executed.
#include "kernels/measure/dry_run.h"

#include <regex>

#include "apps/simt_profile/step.h"
#include "core/device_memory.h"
#include "core/save_file.h"
#include "core/tensor.h"
#include "kernels/measure/gpu_model.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using norma::test::sanitized;

TEST_CASE("a dry run records and executes nothing", "[dry_run]") {
  const Tensor x = Tensor::full({8}, 2, DType::float32, Device::simt);
  Record record;
  {
    DryRun run;
    const Tensor y = Tensor::full({1000}, 3, DType::float32, Device::simt);
    CHECK(x.to_vector<float>() == std::vector<float>(8, 0));
    clear_bytes(Device::simt, x.data<float>(), 32);
    record = run.record();
  }
  CHECK(x.to_vector<float>() == std::vector<float>(8, 2));
  CHECK(record.kernels == 1);
  CHECK(record.copies_out == 1);
  CHECK(record.clears == 1);
  REQUIRE(record.work.size() == 3);
  CHECK(record.work[0].operation == "fill");
  CHECK(record.work[0].bytes == (sanitized ? 0 : 4000));
}

TEST_CASE("a training step stays within its budget of launches, copies and allocations", "[dry_run]") {
  struct Budget {
    const char* preset;
    Norm norm;
    std::int64_t batch, kernels;
    double megabytes;
  };
  for (const auto& [preset, norm, batch, kernels, megabytes] : {
           Budget{"c11-48096", Norm::gn, 128, 107, 744},
           Budget{"c11-48096", Norm::bn, 128, 107, 792},
           Budget{"norma-49k", Norm::gn, 64, 160, 472},
           Budget{"norma-49k", Norm::bn, 64, 169, 493},
       }) {
    const StepChoice choice{.preset = preset, .norm = norm, .batch = batch};
    const Record step = record_step(choice);
    INFO(step_text(choice, step, nullptr));
    CHECK(step.kernels <= kernels);
    CHECK(step.copies_in + step.copies_within + step.copies_out == 0);
    if (!sanitized) {  // there, the pool does not reuse blocks, and they are not known
      CHECK(step.bytes <= 1e6 * megabytes);
      CHECK(step.allocations == 0);
    }
  }
}

TEST_CASE("docs/results/gpu-model.md has the figures of the model", "[dry_run][documents]") {
  if (sanitized) return;  // bytes are not known
  const std::string page = read_file(NORMA_SOURCE_DIR "/docs/results/gpu-model.md");
  const std::regex cell("([0-9,]+) µs, [0-9.]+ s"), total("([0-9]+) µs per step");
  auto documented = std::sregex_iterator(page.begin(), page.end(), cell);
  const auto check_row = [&](const Gpu& gpu, Precision precision) {
    for (const char* preset : {"c11-48096", "norma-49k"})
      for (const Norm norm : {Norm::gn, Norm::bn}) {
        const StepChoice choice{
            .preset = preset, .norm = norm, .batch = preset[0] == 'c' ? 128 : 64, .precision = precision};
        CAPTURE(gpu.title, name(precision), preset, name(norm));
        const std::string text = step_text(choice, record_step(choice), &gpu);
        std::smatch match;
        REQUIRE(std::regex_search(text, match, total));
        REQUIRE(documented != std::sregex_iterator());
        std::string number = (*documented++)[1];
        std::erase(number, ',');
        // What L2 holds depends a little on which blocks of memory the pool hands out.
        CHECK(std::abs(std::stod(number) / std::stod(match[1]) - 1) < 0.01);
      }
  };
  for (const Gpu& gpu : known_gpus()) check_row(gpu, Precision::exact);
  for (const Gpu& gpu : known_gpus())
    if (gpu.tf32 > 0)
      for (const Precision precision : {Precision::tf32, Precision::bf16}) check_row(gpu, precision);
  CHECK(documented == std::sregex_iterator());
}
