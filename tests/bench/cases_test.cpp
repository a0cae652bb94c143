// The microbenchmarks: their cases and the rows of their tables.
#include <algorithm>
#include <filesystem>
#include <set>

#include "bench/check.h"
#include "bench/kernel_options.h"
#include "bench/measure.h"
#include "bench/report.h"
#include "core/save_file.h"
#include "kernels/measure/fma_loop.h"
#include "kernels/table.h"
#include "tests/support/catch.h"

using namespace norma;

namespace {

const Case& find(const std::vector<Case>& cases, const std::string& operation, const std::string& size) {
  for (const Case& c : cases)
    if (c.operation == operation && c.size == size) return c;
  throw Error("no case " + operation + " " + size);
}

}  // namespace

TEST_CASE("every line of the table has a benchmark", "[bench]") {
  std::set<std::string> timed;
  for (const Case& c : all_cases({})) timed.insert(c.operation);
  kernels<float>.for_each([&](const auto& operation) {
    CAPTURE(operation.name);
    CHECK(timed.contains(operation.name));
  });
}

TEST_CASE("PyTorch has a method for every operation that is compared with it", "[bench]") {
  const std::string peer = read_file(std::filesystem::path(NORMA_SOURCE_DIR) / "bench/peers/operations.py");
  for (const Case& c : all_cases({})) {
    const std::string name = c.peer.substr(0, c.peer.find(' '));
    if (name.empty()) continue;
    CAPTURE(name);
    CHECK_THAT(peer, Catch::Contains(fmt::format(
                         "    def {}(self",
                         name.substr(0, std::min(name.find("_forward"), name.find("_backward"))))));
  }
}

TEST_CASE("the cases are those of the two networks", "[bench]") {
  const std::vector<Case> cases = all_cases({});
  // C9 and C10 are alike; the first layer's input needs no gradient.
  CHECK(find(cases, "conv2d_forward", "128×32×8×8 → 32, 3×3").where == "c11-48096 C9 C10");
  CHECK(find(cases, "conv2d_forward", "128×32×32×32 → 32, 3×3").flops == 2.0 * 128 * 32 * 32 * 32 * 32 * 9);
  CHECK_THROWS(find(cases, "conv2d_backward_data", "128×3×32×32 → 32, 3×3"));
  CHECK(find(cases, "group_norm_backward", "128×32×16×16, 8 groups").where == "c11-48096 C5 C6");
  std::set<std::string> channels;
  for (const Case& c : cases)
    if (c.operation == "batch_norm_backward" && c.where == "ResNet-50") channels.insert(c.size);
  CHECK(channels.size() == 12);
  CHECK(channels.contains("32×64×112×112"));
  CHECK(channels.contains("32×2048×7×7"));
}

TEST_CASE("the floor counts each input and each output once", "[bench]") {
  const std::vector<Case> cases = all_cases({2, 2});
  const std::int64_t x = 4 * 2 * 32 * 8 * 8;
  CHECK(find(cases, "relu_backward", "2×32×8×8").make(Device::cpu, DType::float32, 2).bytes() == 3 * x);
  // x, y, weight and bias; mean and rstd in double
  CHECK(
      find(cases, "group_norm_forward", "2×32×8×8, 4 groups").make(Device::cpu, DType::float32, 2).bytes() ==
      2 * x + 2 * 4 * 32 + 2 * 8 * 8);
  // p and velocity are read and written, the gradient is read
  CHECK(find(cases, "sgd_step", "9216").make(Device::cpu, DType::float32, 1).bytes() == 5 * 4 * 9216);
}

TEST_CASE("every case's check passes on cpu and simt", "[bench]") {
  for (const Device device : {Device::cpu, Device::simt}) {
    std::set<std::string> seen;
    for (const Case& c : all_cases({2, 2})) {
      if (c.where.find("ResNet-50") != std::string::npos && c.size.find("×7×7") == std::string::npos)
        continue;
      if (!runs_on(c, device)) continue;
      if (device == Device::simt && !seen.insert(c.operation).second) continue;  // slow: only one size
      CAPTURE(name(device), c.operation, c.size);
      CHECK_NOTHROW(check_case(c, device, DType::float32));
      if (device == Device::cpu) CHECK_NOTHROW(check_case(c, device, DType::float64));
    }
  }
}

TEST_CASE("a wrong result is not timed", "[bench]") {
  Case wrong = find(all_cases({2, 2}), "relu_forward", "2×32×8×8");
  wrong.make = [make = wrong.make](Device device, DType dtype, std::int64_t batch) {
    Work work = make(device, dtype, batch);
    if (device == Device::cpu)
      work.run = [run = work.run, y = work.outputs()[0]] { run(), y.data<float>()[5] += 0.01f; };
    return work;
  };
  CHECK_THROWS_WITH(measure(wrong, Device::cpu, DType::float32, {0.001, 1}, 0, nullptr),
                    Catch::Contains("relu_forward on cpu") && Catch::Contains("differs from the reference"));
}

TEST_CASE("calls take turns with arrays that no cache holds", "[bench]") {
  Case relu = find(all_cases({2, 2}), "relu_forward", "2×32×8×8");
  std::vector<int> calls;  // of each set of arrays; the first ones belong to the check
  relu.make = [&calls, make = relu.make](Device device, DType dtype, std::int64_t batch) {
    Work work = make(device, dtype, batch);
    calls.push_back(0);
    work.run = [&calls, mine = calls.size() - 1, run = work.run] { run(), ++calls[mine]; };
    return work;
  };
  const double bytes = 2 * 4 * 2 * 32 * 8 * 8;
  for (const auto& [rotate, sets] : {std::pair{0.0, 1}, {3 * bytes, 3}, {2.5 * bytes, 3}, {1e12, 256}}) {
    calls.clear();
    measure(relu, Device::cpu, DType::float32, {0.01, 2}, rotate, nullptr);
    const std::vector<int> timed(calls.end() - sets, calls.end());
    CHECK(calls.size() == static_cast<std::size_t>(2 + sets));  // two to compare: here and the reference
    CHECK(*std::max_element(timed.begin(), timed.end()) - *std::min_element(timed.begin(), timed.end()) <= 1);
  }
}

TEST_CASE("the multiply-add loop does the operations that it counts", "[bench]") {
  for (const Device device : {Device::cpu, Device::simt}) {
    const Tensor out = Tensor::zeros({1024}, DType::float32, device);
    const FmaLoop<float> args{100, 1024, out.data<float>()};
    device == Device::cpu ? cpu::fma_loop(args) : simt::fma_loop(args);
    for (const double v : out.to_vector<double>()) REQUIRE(v == Approx(fma_chains));
    CHECK(args.flops() == 2.0 * 12 * 100 * 1024);
  }
}

TEST_CASE("a row's share of the ceiling is the least time divided by the median", "[bench]") {
  KernelRow row{.of = {}, .check = {}};
  row.bytes = 1'000'000, row.of.flops = 0, row.norma.seconds = {3e-3, 1e-3, 2e-3, 9e-3, 2e-3};
  const Ceilings ceilings{.bytes_a_second = 1e9, .flops_a_second = 1e12};
  CHECK(row.norma.median() == Approx(2e-3));
  CHECK(row.norma.quantile(0.25) == Approx(2e-3));
  CHECK(row.norma.quantile(0.75) == Approx(3e-3));
  CHECK(row.share(ceilings) == Approx(0.5));
  row.of.flops = 1.5e9;  // now arithmetic is the limit
  CHECK(row.share(ceilings) == Approx(0.75));
  CHECK(time_text(1.2345e-3) == "1.23 ms");
  CHECK(time_text(9.996e-6) == "10.0 µs");
  CHECK(time_text(0.9996) == "1.00 s");
  CHECK(time_text(3.2e-9) == "3.20 ns");
}

TEST_CASE("bench_kernels refuses a wrong command line in one sentence", "[bench]") {
  const auto parse = [](std::vector<const char*> words) {
    words.insert(words.begin(), "bench_kernels");
    return parse_kernel_options(static_cast<int>(words.size()), words.data());
  };
  CHECK(parse({"--device", "simt", "--op", "group_norm,add"}).operations.size() == 2);
  CHECK_THROWS_WITH(parse({"--op", "gruop_norm_forward"}),
                    Catch::Contains("did you mean group_norm_forward?"));
  CHECK_THROWS_WITH(parse({"--device", "gpu"}), Catch::Contains("cpu, cuda or simt"));
  CHECK_THROWS_WITH(parse({"--steps"}), Catch::Contains("--device cuda"));
  CHECK_THROWS_WITH(parse({"--step"}), Catch::Contains("did you mean --steps?"));
  CHECK_THROWS_AS(chosen_cases(parse({"--filter", "no such row"})), UsageError);
  CHECK(chosen_cases(parse({"--device", "simt", "--steps"})).size() == 12 * 6);
}
