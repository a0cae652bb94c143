// The comparison of a step with the model of a GPU. Times of simt mean nothing: here only what is timed and
// how the model is fitted to it can be checked.
#include "bench/step_times.h"

#include <fstream>
#include <iostream>

#include "core/tensor.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"
#include "tests/support/process.h"
#include "tests/support/python.h"

using namespace norma;
using namespace norma::test;

TEST_CASE("a launch timer sees the launches of its own life", "[step_times]") {
  const auto launch = [] { Tensor::full({100'000}, 3, DType::float32, Device::simt); };
  launch();
  LaunchTimer outer(Device::simt);
  launch();
  {
    LaunchTimer inner(Device::simt);
    launch(), launch();
    CHECK(inner.launches().size() == 2);
  }
  launch();
  const std::vector<TimedLaunch> launches = outer.launches();
  REQUIRE(launches.size() == 2);
  for (const TimedLaunch& of : launches) {
    CHECK(of.seconds > 0);
    CHECK(of.grid[0] * of.block[0] >= 100'000 / 16);
  }
}

TEST_CASE("a step on a device launches what the dry run recorded", "[step_times]") {
  const StepChoice choice{.preset = "mnist-9752", .norm = Norm::gn, .batch = 2};
  const StepTimes times = time_step(choice, Device::simt, 1);
  const Gpu& gpu = known_gpus().front();
  const auto launches = compare_launches(gpu, record_step(choice, false), times.launches);
  CHECK(launches.size() > 50);
  CHECK(times.graph_seconds > 0);
  for (const ComparedLaunch& of : launches) {
    CAPTURE(of.kernel);
    CHECK(of.seconds > 0);
    CHECK(of.model.seconds > 0);
    CHECK(!of.asked.operation.empty());
  }
  // Another batch has other grids, another norm other kernels.
  CHECK_THROWS_WITH(
      compare_launches(gpu, record_step({.preset = "mnist-9752", .norm = Norm::gn, .batch = 64}, false),
                       times.launches),
      Catch::Contains("another grid on the device"));
  CHECK_THROWS_WITH(
      compare_launches(gpu, record_step({.preset = "mnist-9752", .norm = Norm::none, .batch = 2}, false),
                       times.launches),
      Catch::Contains("but the dry run recorded"));
}

TEST_CASE("the constants of the model are fitted to measured times", "[step_times]") {
  std::vector<ComparedLaunch> launches;
  const auto add = [&](const std::string& bound, double memory, double arithmetic, double latency,
                       double seconds) {
    ModelledLaunch model{.memory = memory, .arithmetic = arithmetic, .latency = latency, .bound = bound};
    model.seconds = model.body() + launch_seconds;
    launches.push_back({.asked = {}, .kernel = "", .model = model, .seconds = seconds});
  };
  // As if a GPU took 1.5 times the memory time, 0.8 of the arithmetic, 2 times the latency, and 3 µs.
  for (const double scale : {1.0, 2.0, 5.0}) {
    add("memory", 10e-6 * scale, 1e-6, 2e-6, 1.5 * 10e-6 * scale + 3e-6);
    add("arithmetic", 1e-6, 20e-6 * scale, 2e-6, 0.8 * 20e-6 * scale + 3e-6);
    add("latency", 1e-6, 1e-6, 8e-6 * scale, 2 * 8e-6 * scale + 3e-6);
    add("launch", 0, 0, 0, 3e-6);
  }
  const Fit fitted = fit(launches);
  CHECK(fitted.memory == Approx(1.5));
  CHECK(fitted.arithmetic == Approx(0.8));
  CHECK(fitted.latency == Approx(2));
  CHECK(fitted.launch == Approx(3e-6));
  for (const ComparedLaunch& of : launches) CHECK(fitted.seconds(of.model) == Approx(of.seconds));
}

TEST_CASE("the ten longest kernels are read from ncu's table", "[step_times][python]") {
  const std::string python = python_with("csv");
  if (python.empty()) {
    std::cout << no_python_with("csv") << "\n";
    return;
  }
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "ncu.csv") << R"csv(==PROF== Connected to process 7 (bench_step)
==PROF== Profiling "correlate_3x3": 0%....100% - 1 pass
"ID","Kernel Name","dram__bytes.sum","gpu__time_duration.sum","l1tex__average_t_sectors_per_request_pipe_lsu_mem_global_op_ld.ratio","sm__warps_active.avg.pct_of_peak_sustained_active"
"","","byte","nsecond","","%"
"0","void norma::cuda::run_moments<float, 4>(const T1 *, Pieces)","4,194,304","2,500","16.0","71.6"
"1","void norma::cuda::(anonymous namespace)::correlate_3x3<4>(Correlate3x3)","1,000","12,345.6","4.25","40"
)csv";
  const Finished run = run_program(
      {"/usr/bin/env", python, NORMA_SOURCE_DIR "/tests/bundle/counters.py", folder.path() / "ncu.csv"});
  INFO(run.err);
  CHECK(run.status == 0);
  CHECK(run.out == R"(## The ten longest of 2 kernels, as the hardware counted them

| kernel | µs | DRAM MB | sectors per load | sectors per store | occupancy % |
|---|---:|---:|---:|---:|---:|
| correlate_3x3<4> | 12.3 | 0.001 | 4.25 | 0.00 | 40 |
| run_moments<float, 4> | 2.5 | 4.194 | 16.00 | 0.00 | 72 |
)");
  std::ofstream(folder.path() / "empty.csv") << "==ERROR== The user does not have permission\n";
  const Finished refused = run_program(
      {"/usr/bin/env", python, NORMA_SOURCE_DIR "/tests/bundle/counters.py", folder.path() / "empty.csv"});
  CHECK(refused.status == 1);
  CHECK_THAT(refused.err, Catch::Contains("has no kernel"));
}
