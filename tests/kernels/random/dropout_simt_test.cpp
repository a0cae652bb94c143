// dropout as CUDA source on simt: not close to the CPU's, but the same bits.
#include "core/random.h"
#include "kernels/table.h"
#include "tests/support/on_simt.h"

using namespace norma;
using namespace norma::test;

namespace {

// Both executors on x + shift, so that every alignment has its turn.
template <class T>
void compare(std::int64_t count, std::int64_t run, double p, std::int64_t shift) {
  CAPTURE(count, run, p, shift);
  const Tensor x = random_tensor({count + shift}, 1).to(dtype_of<T>);
  const auto drop = [&](Device device) {
    const Tensor y = Tensor::full({count + shift}, 77, dtype_of<T>, device);
    kernels<T>.dropout(device, {count, run, p, {7, 3, 2}, x.data<T>() + shift, y.template data<T>() + shift});
    return y;
  };
  const Tensor got = same_under_all_schedules([&] { return std::vector{drop(Device::simt)}; })[0];
  CHECK(got.to_vector<double>() == drop(Device::cpu).template to_vector<double>());
}

}  // namespace

TEST_CASE("dropout on simt gives the cpu executor's very bits", "[dropout][simt]") {
  for (const double p : {0.0, 0.05, 0.3, 1 - 0x1p-24, 1.0})
    for (const std::int64_t shift : {0, 1, 2}) {
      for (const std::int64_t count : {1, 4, 31, 210, 1029}) compare<float>(count, 1, p, shift);
      compare<double>(1029, 1, p, shift);
      for (const auto& [planes, run] :
           std::vector<std::pair<std::int64_t, std::int64_t>>{{6, 35}, {31, 9}, {5, 64}, {300, 2}}) {
        compare<float>(planes * run, run, p, shift);
        compare<double>(planes * run, run, p, shift);
      }
    }
}

TEST_CASE("a probability beside a random number falls on the side it should", "[dropout][simt]") {
  const RandomSequence random{7, 3, 2};
  for (std::uint64_t i = 0; i < 64; ++i)
    for (const double away : {-0x1p-40, 0.0, 0x1p-40}) {
      const double p = std::clamp(random.uniform(i) + away, 0.0, 1.0);
      std::vector<double> x(64, 1.0), got(64), want(64);
      kernels<double>.dropout(Device::simt, {64, 1, p, random, x.data(), got.data()});
      kernels<double>.dropout(Device::reference, {64, 1, p, random, x.data(), want.data()});
      CHECK((got[i] == 0) == (want[i] == 0));
      CHECK((got[i] == 0) == (away > 0));
    }
}
