// Norm kernels on memory with any alignment: pointers that are one element beyond a multiple of 16 bytes take
// the scalar path. Under UndefinedBehaviorSanitizer a wide access there would stop the program. Outputs have
// guards and begin as NaN.
#include <cmath>
#include <vector>

#include "core/random.h"
#include "kernels/norm/batch_norm.h"
#include "kernels/norm/group_norm.h"
#include "kernels/norm/layer_norm.h"
#include "kernels/norm/layer_norm_pixel.h"
#include "kernels/simt/guarded_buffer.h"
#include "tests/support/catch.h"

using namespace norma;

namespace {

constexpr std::int64_t n = 3, c = 4, hw = 8, size = n * c * hw;
enum class Norm { batch, group, layer, pixel };

/// `count` elements that begin `offset` elements beyond a multiple of 256 bytes.
struct Memory {
  simt::GuardedBuffer<float> buffer;
  std::size_t offset;

  Memory(std::size_t count, std::size_t offset_, std::uint64_t seed = 0)
      : buffer(count + offset_), offset(offset_) {
    if (seed == 0) return;
    for (std::size_t i = 0; i < count; ++i) data()[i] = static_cast<float>(RandomSequence{seed}.uniform(i));
  }
  float* data() { return buffer.data() + offset; }
};

/// y, dx, dweight and dbias of a norm, one after the other.
std::vector<float> run(Norm norm, std::size_t offset) {
  const std::size_t count = size, weights = norm == Norm::layer ? c * hw : c;
  Memory x(count, offset, 1), dy(count, offset, 2), weight(weights, offset, 3), bias(weights, offset, 4);
  Memory y(count, offset), dx(count, offset), dweight(weights, offset), dbias(weights, offset);
  std::vector<double> mean(size), rstd(size);
  const auto call = [&](auto forward, auto backward) {
    forward(x.data(), weight.data(), bias.data(), y.data(), mean.data(), rstd.data());
    backward(dy.data(), x.data(), weight.data(), mean.data(), rstd.data(), dx.data(), dweight.data(),
             dbias.data());
  };
  switch (norm) {
    case Norm::batch:
      call(
          [](auto x_, auto w, auto b, auto... out) {
            simt::batch_norm_forward<float>({n, c, hw, 1e-5, true, 0.1, x_, w, b, nullptr, nullptr, out...});
          },
          [](auto... a) {
            simt::batch_norm_backward<float>({n, c, hw, true, a...});
          });
      break;
    case Norm::group:
      call(
          [](auto... a) {
            simt::group_norm_forward<float>({n, c, hw, 2, 1e-5, a...});
          },
          [](auto... a) {
            simt::group_norm_backward<float>({n, c, hw, 2, a...});
          });
      break;
    case Norm::layer:
      call(
          [](auto... a) {
            simt::layer_norm_forward<float>({n, c * hw, 1e-5, a...});
          },
          [](auto... a) {
            simt::layer_norm_backward<float>({n, c * hw, a...});
          });
      break;
    case Norm::pixel:
      call(
          [](auto... a) {
            simt::layer_norm_pixel_forward<float>({n, c, hw, 1e-5, a...});
          },
          [](auto... a) {
            simt::layer_norm_pixel_backward<float>({n, c, hw, a...});
          });
  }
  std::vector<float> all;
  for (Memory* memory : {&y, &dx, &dweight, &dbias}) {
    memory->buffer.check();
    all.insert(all.end(), memory->data(), memory->buffer.data() + memory->buffer.span().size());
    for (std::size_t i = 0; i < offset; ++i) CHECK(std::isnan(memory->buffer[i]));  // nothing written before
  }
  return all;
}

}  // namespace

TEST_CASE("norms need no alignment", "[norm][alignment]") {
  for (const Norm norm : {Norm::batch, Norm::group, Norm::layer, Norm::pixel}) {
    const std::vector<float> aligned = run(norm, 0);
    for (const std::size_t offset : {1, 2, 3}) {
      CAPTURE(static_cast<int>(norm), offset);
      const std::vector<float> got = run(norm, offset);
      REQUIRE(got.size() == aligned.size());
      double worst = 0;
      for (std::size_t i = 0; i < got.size(); ++i)
        worst = std::isfinite(got[i]) ? std::max(worst, std::abs(double{got[i]} - aligned[i])) : 1;
      CHECK(worst < 1e-5);
    }
  }
}
