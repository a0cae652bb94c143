// The model of a GPU: what must hold whatever its constants are, and the bounds of its quoted figures.
#include "kernels/measure/gpu_model.h"

#include <cmath>
#include <map>

#include "kernels/measure/kernel_figures.h"
#include "kernels/measure/step_tables.h"
#include "optim/record_step.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;

namespace {

const Gpu& h100() { return known_gpus().front(); }

RecordedWork kernel_of(unsigned blocks, unsigned threads, std::vector<simt_memory::Block> arrays,
                       double flops = 0) {
  RecordedWork of;
  of.work.kind = DeviceWork::Kind::kernel;
  of.work.grid = {blocks, 1, 1};
  of.work.block = {threads, 1, 1};
  for (const auto& array : arrays) of.bytes += static_cast<double>(array.bytes);
  of.arrays = std::move(arrays);
  of.flops = flops;
  return of;
}

std::vector<ModelledLaunch> model(const Gpu& gpu, std::vector<RecordedWork> work) {
  Record step;
  step.work = std::move(work);
  return model_step(gpu, step, std::vector<std::string>(step.work.size(), "a_kernel"));
}

}  // namespace

TEST_CASE("the model takes from L2 what the kernels before have left there", "[gpu_model]") {
  const char a = 0, b = 0;
  constexpr std::size_t megabyte = 1'000'000;
  const auto small = model(h100(), {kernel_of(1000, 256, {{&a, 10 * megabyte}})});
  CHECK(small[0].dram_bytes == 0);  // of the step before
  CHECK(small[0].l2_bytes == 10e6);
  const auto large =
      model(h100(), {kernel_of(1000, 256, {{&a, 30 * megabyte}}), kernel_of(1000, 256, {{&b, 30 * megabyte}}),
                     kernel_of(1000, 256, {{&b, 30 * megabyte}})});
  CHECK(large[0].dram_bytes == 20e6);  // L2 has 40 MB: b, and 10 MB of a
  CHECK(large[1].dram_bytes == 20e6);
  CHECK(large[2].dram_bytes == 0);
}

TEST_CASE("the model counts waves, and says what binds a kernel", "[gpu_model]") {
  const char a = 0;
  // 2,048 threads of a multiprocessor are eight blocks of 256.
  CHECK(model(h100(), {kernel_of(132 * 8 * 3, 256, {})})[0].waves == 3);
  CHECK(model(h100(), {kernel_of(1, 32, {{&a, 64}})})[0].bound == "launch");
  CHECK(model(h100(), {kernel_of(100'000, 256, {{&a, 1'000'000'000}})})[0].bound == "memory");
  CHECK(model(h100(), {kernel_of(10'000, 256, {{&a, 1'000'000}}, 1e10)})[0].bound == "arithmetic");
  CHECK(model(h100(), {kernel_of(1, 32, {{&a, 1'000'000}})})[0].bound == "latency");
}

TEST_CASE("each kernel of a step has figures of the compiler, and slower GPUs are slower", "[gpu_model]") {
  const StepChoice choice{.preset = "c11-48096", .norm = Norm::gn, .batch = 128};
  const Record step = record_step(choice);
  std::map<std::string, double> seconds;
  for (const Gpu& gpu : known_gpus()) {
    const auto kernels = kernel_names(step);
    for (std::size_t i = 0; i < kernels.size(); ++i) {
      CAPTURE(kernels[i]);
      CHECK((step.work[i].work.kind != DeviceWork::Kind::kernel || figures_of(kernels[i]) != nullptr));
    }
    for (const ModelledLaunch& launch : model_step(gpu, step, kernels)) {
      CHECK(launch.seconds > 0);
      CHECK(std::isfinite(launch.seconds));
      seconds[gpu.name] += launch.seconds;
    }
  }
  CHECK(seconds["h100"] < seconds["a100"]);
  CHECK(seconds["a100"] < seconds["t4"]);
}
