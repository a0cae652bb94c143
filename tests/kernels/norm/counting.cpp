// The memory accesses of the norm kernels, counted: sectors per request, bytes compared with the least
// possible number, bank conflicts, races. Part of norma_counting_tests, for which the kernels are
// instrumented (kernels/simt/README.md, "Counting").
#include <algorithm>
#include <vector>

#include "core/random.h"
#include "kernels/norm/batch_norm.h"
#include "kernels/norm/group_norm.h"
#include "kernels/norm/layer_norm.h"
#include "kernels/norm/layer_norm_pixel.h"
#include "kernels/norm/rms_norm.h"
#include "kernels/simt/counters.h"
#include "kernels/simt/guarded_buffer.h"
#include "kernels/simt/schedule.h"
#include "tests/support/catch.h"

namespace norma::simt {
namespace {

/// All arrays of a norm of N·C·HW float elements, with room for the statistics of any norm.
struct Buffers {
  std::size_t n, c, hw, size;
  GuardedBuffer<float> x, y, dy, dx, weight, bias, dweight, dbias;
  GuardedBuffer<double> mean, rstd;

  Buffers(std::size_t n_, std::size_t c_, std::size_t hw_, std::size_t weights)
      : n(n_),
        c(c_),
        hw(hw_),
        size(n * c * hw),
        x(size),
        y(size),
        dy(size),
        dx(size),
        weight(weights),
        bias(weights),
        dweight(weights),
        dbias(weights),
        mean(size),
        rstd(size) {
    const RandomSequence random{1};
    std::uint64_t at = 0;
    for (auto* buffer : {&x, &dy, &weight, &bias})
      for (float& v : buffer->span()) v = static_cast<float>(random.uniform(at++));
  }
};

enum class Norm { batch, group, layer, pixel, rms };

void forward(Norm norm, Buffers& b, bool affine, const Epilogue& after = {}) {
  const auto n = static_cast<std::int64_t>(b.n), c = static_cast<std::int64_t>(b.c),
             hw = static_cast<std::int64_t>(b.hw);
  const float* const weight = affine ? b.weight.data() : nullptr;
  const float* const bias = affine ? b.bias.data() : nullptr;
  float *const x = b.x.data(), *const y = b.y.data();
  double *const mean = b.mean.data(), *const rstd = b.rstd.data();
  switch (norm) {
    case Norm::batch:
      return batch_norm_forward<float>(
          {n, c, hw, 1e-5, true, 0.1, x, weight, bias, nullptr, nullptr, y, mean, rstd, after});
    case Norm::group:
      return group_norm_forward<float>({n, c, hw, 2, 1e-5, x, weight, bias, y, mean, rstd, after});
    case Norm::layer:
      return layer_norm_forward<float>({n, c * hw, 1e-5, x, weight, bias, y, mean, rstd, after, hw});
    case Norm::pixel:
      return layer_norm_pixel_forward<float>({n, c, hw, 1e-5, x, weight, bias, y, mean, rstd, after});
    case Norm::rms:
      return rms_norm_forward<float>({n, c, hw, 1e-5, x, weight, y, rstd, after});
  }
}

void backward(Norm norm, Buffers& b, const Epilogue& after = {}) {
  const auto n = static_cast<std::int64_t>(b.n), c = static_cast<std::int64_t>(b.c),
             hw = static_cast<std::int64_t>(b.hw);
  const float *const x = b.x.data(), *const dy = b.dy.data(), *const weight = b.weight.data(),
                     *const bias = b.bias.data();
  const double *const mean = b.mean.data(), *const rstd = b.rstd.data();
  float *const dx = b.dx.data(), *const dweight = b.dweight.data(), *const dbias = b.dbias.data();
  switch (norm) {
    case Norm::batch:
      return batch_norm_backward<float>(
          {n, c, hw, true, dy, x, weight, mean, rstd, dx, dweight, dbias, after, bias});
    case Norm::group:
      return group_norm_backward<float>(
          {n, c, hw, 2, dy, x, weight, mean, rstd, dx, dweight, dbias, after, bias});
    case Norm::layer:
      return layer_norm_backward<float>(
          {n, c * hw, dy, x, weight, mean, rstd, dx, dweight, dbias, after, hw, bias});
    case Norm::pixel:
      return layer_norm_pixel_backward<float>(
          {n, c, hw, dy, x, weight, mean, rstd, dx, dweight, dbias, after, bias});
    case Norm::rms:
      return rms_norm_backward<float>({n, c, hw, dy, x, weight, rstd, dx, dweight, after});
  }
}

template <class F>
Counters count(F run) {
  const CountLaunches counting;
  run();
  return counting.result();
}

/// No unnecessary sector is requested, and no bank is used twice. The exceptions are Moments of 24 bytes: one
/// in four crosses two sectors, and an access that is three accesses on a GPU takes seven passes over the
/// banks here instead of six. `half_used`: RMS norm's backward needs one of the two sums that are stored for
/// every plane.
void check_accesses(const Counters& c, bool half_used = false) {
  CHECK(c.races.empty());
  CHECK(c.global_reads.transactions * 20 <= c.global_reads.ideal * (half_used ? 21 : 20));
  CHECK(c.global_writes.transactions <=
        c.global_writes.ideal + std::max<std::uint64_t>(1, c.global_writes.ideal / 200));
  CHECK(c.shared_reads.transactions == c.shared_reads.ideal);
  CHECK(c.shared_writes.transactions * 6 <= c.shared_writes.ideal * 7);
}

constexpr Norm all_norms[] = {Norm::batch, Norm::group, Norm::layer, Norm::pixel, Norm::rms};

}  // namespace

TEST_CASE("forward kernels request no sector and no bank twice", "[counting]") {
  for (const Norm norm : all_norms)
    for (const std::size_t hw : {16, 64, 1024, 16384}) {
      Buffers b(2, 8, hw, norm == Norm::layer ? 8 * hw : 8);
      const Counters c = count([&] { forward(norm, b, true); });
      INFO("norm " << static_cast<int>(norm) << ", HW " << hw << "\n" << report(c));
      check_accesses(c);
    }
}

TEST_CASE("group norm forward reads x once if a set fits on chip, else twice", "[counting]") {
  for (const std::size_t hw : {1, 7, 16, 64, 256, 1024, 2048, 4096}) {  // sets of 4·HW
    Buffers b(2, 8, hw, 8);
    const Counters c = count([&] { forward(Norm::group, b, false); });
    INFO("HW " << hw << "\n" << report(c));
    CHECK(c.global_reads.bytes == b.size * 4);
    CHECK(c.global_bytes_read == b.size * 4);
    CHECK(c.global_bytes_written == b.size * 4 + 4 * 16);  // y, and mean and rstd of four sets
  }
  Buffers b(1, 8, 4100, 8);  // sets of 16400
  const Counters c = count([&] { forward(Norm::group, b, false); });
  INFO(report(c));
  const double sectors = static_cast<double>(b.size) * 4 / 32;
  CHECK(static_cast<double>(c.global_reads.transactions) >= 2 * sectors);
  CHECK(static_cast<double>(c.global_reads.transactions) <= 2.04 * sectors);  // partial moments, mean, rstd
}

TEST_CASE("backward kernels request no sector and no bank twice", "[counting]") {
  for (const Norm norm : all_norms)
    for (const std::size_t hw : {16, 64, 1024, 16384}) {
      Buffers b(2, 8, hw, norm == Norm::layer ? 8 * hw : 8);
      forward(norm, b, true);
      const Counters c = count([&] { backward(norm, b); });
      INFO("norm " << static_cast<int>(norm) << ", HW " << hw << "\n" << report(c));
      check_accesses(c, norm == Norm::rms);
    }
}

// Whether the factors of dropout are stored, and not drawn by the kernels.
bool stores_factors(Norm norm, bool back) {
  return norm == Norm::layer || norm == Norm::pixel || (norm == Norm::group && !back);
}

TEST_CASE("an epilogue additionally reads only its factors, and in backward the bias", "[counting]") {
  const Epilogue after{.relu = true, .p = 0.3, .random = {1}};
  for (const Norm norm : all_norms)
    for (const std::size_t hw : {16, 64, 1024, 16384}) {
      Buffers b(2, 8, hw, norm == Norm::layer ? 8 * hw : 8);
      const std::size_t bias = norm == Norm::rms ? 0 : 4 * b.bias.span().size();
      INFO("norm " << static_cast<int>(norm) << ", HW " << hw);
      for (const bool back : {false, true}) {
        const auto run = [&](const Epilogue& which) {
          back ? backward(norm, b, which) : forward(norm, b, true, which);
        };
        const Counters plain = count([&] { run({}); }), fused = count([&] { run(after); });
        INFO("backward " << back << "\n" << report(plain) << report(fused));
        const std::size_t factors = stores_factors(norm, back) ? 4 * b.n * b.c : 0;
        CHECK(fused.races.empty());
        // A warp with pixels of two images requests the factors of both, one sector each.
        if (norm != Norm::pixel || hw >= 32) check_accesses(fused, back && norm == Norm::rms);
        CHECK(fused.global_bytes_read == plain.global_bytes_read + factors + (back ? bias : 0));
        CHECK(fused.global_bytes_written == plain.global_bytes_written + factors);
      }
    }
}

TEST_CASE("no norm kernel has races, under any schedule, with unusual shapes", "[counting]") {
  for (const Schedule& schedule : all_schedules) {
    const UseSchedule use(schedule);
    for (const Norm norm : all_norms)
      for (const auto& [n, c, hw] :
           {std::array<std::size_t, 3>{3, 4, 7}, {2, 34, 1}, {1, 2, 8200}, {1, 262, 3}}) {
        Buffers b(n, c, hw, norm == Norm::layer ? c * hw : c);
        const Counters counters = count([&] {
          forward(norm, b, true), backward(norm, b);
          const Epilogue after{.relu = true, .p = 0.3, .random = {1}};
          forward(norm, b, true, after), backward(norm, b, after);
        });
        INFO("norm " << static_cast<int>(norm) << ", C " << c << ", HW " << hw << "\n" << report(counters));
        CHECK(counters.races.empty());
      }
  }
}

}  // namespace norma::simt
