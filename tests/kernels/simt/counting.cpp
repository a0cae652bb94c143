// The memory accesses of every kernel of kernels/table.h, counted on the cases of simt_profile. The norms
// have more tests in tests/kernels/norm/counting.cpp. This file is compiled with instrumentation, like the
// kernels, because of the two wrong kernels at its end.
#include <set>

#include "core/error.h"
#include "kernels/cuda/cuda.h"
#include "kernels/measure/example_profile.h"
#include "kernels/simt/schedule.h"
#include "kernels/table.h"
#include "tests/support/catch.h"

namespace norma::simt {
namespace {

using Shape4 = std::array<std::int64_t, 4>;

ProfileCase case_called(const std::string& name) { return choose_profile_cases(name, "").front(); }

/// The first fault of accesses that should be coalesced and have no conflicts; empty if there is none.
std::string waste(const Counters& c) {
  if (!c.races.empty()) return "a race";
  if (c.global_reads.waste() != 0) return "unnecessary sectors read";
  if (c.global_writes.waste() != 0) return "unnecessary sectors written";
  if (c.shared_reads.waste() + c.shared_writes.waste() != 0) return "bank conflicts";
  return "";
}

/// Checks that every array of more than one number is read once if it is an input and written once if it is
/// an output.
std::string repeats(const Profile& p, const ExampleArrays& arrays) {
  for (std::size_t i = 0; i < arrays.all().size(); ++i) {
    const ExampleArrays::Array& array = arrays.all()[i];
    const ArrayTraffic& traffic = p.total.arrays[i];
    if (array.bytes <= 8) continue;
    if (traffic.read != (array.input ? array.bytes : 0)) return array.name + " is not read once";
    if (traffic.written != (array.output ? array.bytes : 0)) return array.name + " is not written once";
  }
  return "";
}

ExampleArrays arrays_of(const ProfileCase& which, ExampleSetting setting) {
  if (!setting.shape) setting.shape = which.shape;
  ExampleArrays arrays(Device::simt);
  which.prepare(arrays, setting);
  return arrays;
}

/// How often an array was read, as a multiple of its size.
double times_read(const Profile& p, const std::string& name) {
  for (const ArrayTraffic& a : p.total.arrays)
    if (a.name == name) return static_cast<double>(a.read) / static_cast<double>(a.bytes);
  fail("no array is called {}", name);
}

}  // namespace

TEST_CASE("every operation of the table can be profiled, in both types", "[counting]") {
  for (const DType dtype : {DType::float32, DType::float64}) {
    std::set<std::string> names;
    for (const ProfileCase& c : profile_cases()) names.insert(c.name);
    int lines = 0;
    kernels<float>.for_each([&](const auto& operation) {
      if (!operation.available(Device::simt)) return;
      ++lines;
      CHECK(names.contains(operation.name));
    });
    CHECK(names.size() == static_cast<std::size_t>(lines) + 2);  // instance norm is group norm with G = C
    for (const ProfileCase& c : profile_cases()) {
      const Profile p = profile(c, {.dtype = dtype});
      INFO(to_text(p));
      CHECK(p.total.seen_memory());
      CHECK(p.total.global_bytes_written >= p.bytes_out);
      CHECK(p.launches.size() >= 1);
    }
  }
}

TEST_CASE("no kernel has races, under any schedule, with unusual shapes", "[counting]") {
  for (const Schedule& schedule : all_schedules) {
    const UseSchedule use(schedule);
    for (const DType dtype : {DType::float32, DType::float64})
      for (const ProfileCase& c : profile_cases())
        for (const Shape4& shape : {Shape4{3, 4, 5, 7}, {2, 1, 9, 33}, {1, 4, 31, 2}}) {
          ExampleSetting setting{.shape = shape, .groups = 1, .dtype = dtype};
          setting.channels = c.name == "dropout" && shape[0] == 3;
          if (c.name.starts_with("conv2d") && shape[0] == 3) setting.kernel = 5, setting.stride = 2;
          if (c.name.starts_with("conv2d") && shape[0] == 2) setting.kernel = 1, setting.padding = 0;
          ExampleArrays arrays(Device::simt);
          const auto run = c.prepare(arrays, setting);
          const CountLaunches counting;
          run();
          const Counters counters = counting.result();
          INFO(c.name << " under " << name(schedule.order) << "\n" << report(counters));
          CHECK(counters.races.empty());
          CHECK(counters.seen_memory());
        }
  }
}

TEST_CASE("rounded convolutions have no races, and fragments no bank conflicts", "[counting][mma]") {
  for (const Schedule& schedule : all_schedules) {
    const UseSchedule use(schedule);
    for (const char* name : {"conv2d_forward", "conv2d_backward_data", "conv2d_backward_weight"})
      for (const std::int64_t kernel : {1, 3, 5})
        for (const Shape4& shape : {Shape4{3, 4, 5, 7}, {2, 18, 9, 16}}) {
          const ProfileCase c = case_called(name);
          const ExampleSetting setting{
              .shape = shape, .kernel = kernel, .padding = kernel / 2, .precision = Precision::tf32};
          ExampleArrays arrays(Device::simt);
          const auto run = c.prepare(arrays, setting);
          const CountLaunches counting;
          run();
          const Counters counters = counting.result();
          INFO(report(counters));
          CHECK(counters.races.empty());
          CHECK(counters.shared_reads.requests > 0);
          CHECK(counters.shared_reads.waste() == 0);
        }
  }
}

TEST_CASE("depthwise convolutions write every number once, and what they read again is in the caches",
          "[counting]") {
  for (const char* name : {"conv2d_forward", "conv2d_backward_data", "conv2d_backward_weight"}) {
    const ProfileCase c = case_called(name);
    const ExampleSetting setting{.shape = Shape4{8, 32, 32, 32}, .conv_bias = false, .conv_groups = 32};
    const Profile p = profile(c, setting);
    INFO(to_text(p));
    CHECK(p.launches.size() == 1);
    CHECK(p.total.races.empty());
    CHECK(p.total.global_writes.waste() + p.total.shared_reads.waste() == 0);
    CHECK(p.total.global_bytes_written == p.bytes_out);
    CHECK(p.total.global_bytes_read == p.bytes_in);
    // Rows that begin beside a multiple of 32 bytes cost a sector more.
    CHECK(3 * p.total.global_reads.transactions < 4 * p.total.global_reads.ideal);
  }
}

TEST_CASE("elementwise kernels read and write every byte once, coalesced, without shared memory",
          "[counting]") {
  for (const DType dtype : {DType::float32, DType::float64})
    for (const char* name : {"relu_forward", "relu_backward", "add", "fill", "dropout", "abs_sum_backward",
                             "sgd_step", "adam_step"})
      for (const Shape4& shape : {Shape4{4, 16, 16, 16}, {1, 3, 8, 8}, {2, 37, 32, 32}}) {
        const ProfileCase c = case_called(name);
        const ExampleSetting setting{.shape = shape, .dtype = dtype};
        const Profile p = profile(c, setting);
        INFO(to_text(p));
        CHECK(waste(p.total) == "");
        CHECK(repeats(p, arrays_of(c, setting)) == "");
        CHECK(p.launches.size() == 1);
        CHECK(p.total.shared_reads.requests == 0);
        CHECK(p.total.barriers + p.total.shuffles == 0);
      }
}

TEST_CASE("whole channels that dropout drops are not read", "[counting]") {
  const Profile p =
      profile(case_called("dropout"), {.shape = Shape4{8, 16, 8, 8}, .p = 0.5, .channels = true});
  INFO(to_text(p));
  CHECK(waste(p.total) == "");
  CHECK(times_read(p, "x") < 0.75);
  CHECK(p.total.global_bytes_written == p.bytes_out);
}

TEST_CASE("sums over an array and means of planes read it once, coalesced", "[counting]") {
  for (const DType dtype : {DType::float32, DType::float64})
    for (const char* name : {"abs_sum_forward", "global_avg_pool_forward", "global_avg_pool_backward"}) {
      const Profile p = profile(case_called(name), {.shape = Shape4{8, 16, 16, 16}, .dtype = dtype});
      INFO(to_text(p));
      CHECK(waste(p.total) == "");
      CHECK(p.total.arrays[0].read == p.total.arrays[0].bytes);
      CHECK(p.total.arrays[1].written == p.total.arrays[1].bytes);
    }
}

TEST_CASE("pools write every output once, coalesced", "[counting]") {
  // Forward, the windows of neighbouring lanes are two words apart. Backward, two rows of dx need one row of
  // dy.
  const ExampleSetting setting{.shape = Shape4{4, 8, 32, 32}};
  for (const char* name : {"max_pool2d", "avg_pool2d"}) {
    const ProfileCase forward = case_called(name + std::string("_forward"));
    const Profile down = profile(forward, setting),
                  up = profile(case_called(name + std::string("_backward")), setting);
    INFO(to_text(down) << to_text(up));
    CHECK(repeats(down, arrays_of(forward, setting)) == "");
    for (const ArrayTraffic& a : up.total.arrays) CHECK(a.read <= 2 * a.bytes);
    for (const Profile* p : {&down, &up}) {
      CHECK(p->total.global_writes.moved == p->bytes_out);
      CHECK(p->total.global_writes.waste() == 0);
      CHECK(p->total.global_reads.transactions <= 2 * p->total.global_reads.ideal);
    }
  }
}

TEST_CASE("images are loaded once and written once, whole packs at a time", "[counting]") {
  const Profile p = profile(case_called("load_images"), {});
  INFO(to_text(p));
  CHECK(times_read(p, "images") == 1);
  CHECK(p.total.global_bytes_written == p.bytes_out);
  CHECK(p.total.global_writes.waste() == 0);  // bank conflicts in its table depend on the pixels
}

TEST_CASE("convolutions and products write their outputs once and have few bank conflicts", "[counting]") {
  for (const char* name : {"conv2d_forward", "conv2d_backward_data", "conv2d_backward_weight",
                           "linear_forward", "linear_backward"})
    for (const DType dtype : {DType::float32, DType::float64}) {
      const ProfileCase c = case_called(name);
      const Profile p = profile(c, {.dtype = dtype});
      INFO(to_text(p));
      const ExampleArrays arrays = arrays_of(c, {.dtype = dtype});
      for (std::size_t i = 0; i < arrays.all().size(); ++i)
        CHECK(p.total.arrays[i].written == (arrays.all()[i].output ? arrays.all()[i].bytes : 0));
      const std::uint64_t passes = p.total.shared_reads.transactions + p.total.shared_writes.transactions;
      CHECK((p.total.shared_reads.waste() + p.total.shared_writes.waste()) * 8 <= passes);
    }
}

TEST_CASE("norms read x once if a set fits on chip, else twice, and dy and x twice in backward",
          "[counting]") {
  // Sets of 4 KiB and 64 KiB are the largest of their variants: one more pack needs the next variant.
  struct Case {
    std::int64_t h, w;
    double reads;
  };
  for (const auto& [h, w, reads] : {Case{16, 16, 1}, {16, 17, 1}, {64, 64, 1}, {64, 65, 2}}) {
    const ExampleSetting setting{.shape = Shape4{1, 8, h, w}, .groups = 2};
    const Profile forward = profile(case_called("group_norm_forward"), setting);
    INFO(to_text(forward));
    CHECK(times_read(forward, "x") == reads);
    const Profile backward = profile(case_called("group_norm_backward"), setting);
    INFO(to_text(backward));
    CHECK(times_read(backward, "x") == 2);
    CHECK(times_read(backward, "dy") == 2);
    for (const Profile* p : {&forward, &backward})
      for (const ArrayTraffic& a : p->total.arrays) CHECK((a.written == 0 || a.written == a.bytes));
  }
  CHECK(times_read(profile(case_called("instance_norm_forward"), {}), "x") == 1);
  CHECK(times_read(profile(case_called("layer_norm_forward"), {}), "x") == 1);
  CHECK(times_read(profile(case_called("layer_norm_pixel_forward"), {}), "x") == 1);
  CHECK(times_read(profile(case_called("batch_norm_forward"), {}), "x") == 2);
  CHECK(times_read(profile(case_called("batch_norm_forward"), {.eval = true}), "x") == 1);
  CHECK(times_read(profile(case_called("batch_norm_backward"), {}), "x") == 2);
}

// ── Kernels that must not pass ─────────────────────────────────────────────────────────────────────────────

namespace {

/// Neighbouring threads take neighbouring elements of a column; rows have 32 elements.
__global__ void add_down_columns(const float* a, const float* b, float* y) {
  const unsigned i = threadIdx.x % 32 * 32 + threadIdx.x / 32;
  y[i] = a[i] + b[i];
}

/// The sum of two neighbours' elements, without waiting for the neighbour.
__global__ void add_neighbour(const float* a, float* y) {
  NORMA_SHARED(float[64], line);
  line[threadIdx.x] = a[threadIdx.x];
  y[threadIdx.x] = line[threadIdx.x] + line[(threadIdx.x + 32) % 64];
}

template <class F>
Counters count(F run) {
  const CountLaunches counting;
  run();
  return counting.result();
}

}  // namespace

TEST_CASE("these tests find a kernel that is not coalesced and one without a barrier", "[counting]") {
  std::vector<float> a(1024), b(1024), y(1024);
  CHECK(waste(count([&] {
          launch(add_down_columns, {1, 1024}, a.data(), b.data(), y.data());
        })) == "unnecessary sectors read");
  CHECK(waste(count([&] { launch(add_neighbour, {1, 64}, a.data(), y.data()); })) == "a race");
}

}  // namespace norma::simt
