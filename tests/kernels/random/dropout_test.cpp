
#include "layers/functional/dropout.h"
#include "core/parallel.h"
#include "core/random.h"
#include "kernels/table.h"
#include "layers/dropout.h"
#include "layers/functional/dropout.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

TEST_CASE("dropout agrees with its reference and with central differences", "[dropout][operation]") {
  const RandomSequence random{7, 3, 2};
  for (const double p : {0.0, 0.05, 0.5}) {
    for (const Shape& shape : std::vector<Shape>{{1, 1, 1, 8}, {2, 3, 5, 7}, {1, 31, 3, 3}, {4, 4, 16, 33}})
      check_operation({random_tensor(shape, 1)},
                      [&](const Inputs& t) { return functional::dropout(t[0], p, true, random); });
    for (const Shape& shape : std::vector<Shape>{{2, 8, 1, 1}, {2, 3, 5, 7}, {1, 31, 3, 3}})
      check_operation({random_tensor(shape, 1)},
                      [&](const Inputs& t) { return functional::dropout2d(t[0], p, true, random); });
  }
}

TEST_CASE("a dropout mask depends on seed, step and position only", "[dropout]") {
  const Tensor ones = Tensor::full({3, 5, 7, 11}, 1);
  const auto mask = [&](std::uint64_t seed, std::uint32_t step, std::uint32_t stream) {
    return functional::dropout(ones, 0.3, true, {seed, step, stream}).to_vector<float>();
  };
  const auto first = mask(1, 2, 3);
  const int before = threads();
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    CHECK(mask(1, 2, 3) == first);
  }
  set_threads(before);
  CHECK(mask(2, 2, 3) != first);
  CHECK(mask(1, 3, 3) != first);
  CHECK(mask(1, 2, 4) != first);
  // The mask depends on the position: a longer tensor begins with the same mask.
  const auto longer =
      functional::dropout(Tensor::full({4, 5, 7, 11}, 1), 0.3, true, {1, 2, 3}).to_vector<float>();
  CHECK(std::equal(first.begin(), first.end(), longer.begin()));

  Generator generator(5);
  generator.begin_step(9);
  const RandomSequence a = generator.next(), b = generator.next();
  generator.begin_step(9);
  CHECK(a.stream != b.stream);
  CHECK(generator.next().word(17) == a.word(17));
}

TEST_CASE("dropout keeps and scales the right share, and channel dropout keeps whole channels", "[dropout]") {
  const auto kept = functional::dropout(Tensor::full({100000}, 1), 0.3, true, {11}).to_vector<float>();
  const auto zeros = std::count(kept.begin(), kept.end(), 0.0f);
  CHECK(zeros > 29400);  // within four deviations of 30,000
  CHECK(zeros < 30600);
  for (const float v : kept) CHECK((v == 0 || v == Approx(1 / 0.7)));

  const auto channels =
      functional::dropout2d(Tensor::full({16, 16, 3, 3}, 1), 0.5, true, {11}).to_vector<float>();
  for (std::size_t i = 0; i < channels.size(); ++i) CHECK(channels[i] == channels[i / 9 * 9]);
  CHECK(functional::dropout(Tensor::full({8}, 1), 1.0, true, {11}).to_vector<float>() ==
        std::vector<float>(8, 0.0f));
}

TEST_CASE("Dropout does nothing in evaluation and refuses a wrong probability", "[dropout][operation]") {
  Dropout layer(0.5);
  layer.eval();
  const Tensor x = random_tensor({4, 4}, 1);
  CHECK(layer(x).raw() == x.raw());
  CHECK_THROWS_WITH(Dropout(1.5), Catch::Contains("[0, 1]"));
  CHECK_THROWS_AS(Dropout2d(-0.1), Error);
}

namespace {

// Every executor on x + shift, which gives every alignment. The results have exactly the bits of the cpu's.
template <class T>
void compare_bits(std::int64_t count, std::int64_t run, double p, std::int64_t shift,
                  std::int64_t first = 0) {
  CAPTURE(count, run, p, shift, first);
  const Tensor values = random_tensor({count + shift}, 1).to(dtype_of<T>);
  const auto drop = [&](Device device) {
    const Tensor x = values.to(device), y = Tensor::full({count + shift}, 77, dtype_of<T>, device);
    kernels<T>.dropout(device,
                       {count, run, p, {7, 3, 2}, x.data<T>() + shift, y.template data<T>() + shift, first});
    return y;
  };
  for (const Device device : tested_devices()) {
    const Tensor got = same_every_time(device, [&] { return std::vector{drop(device)}; })[0];
    CHECK(got.to_vector<double>() == drop(Device::cpu).template to_vector<double>());
  }
}

}  // namespace

TEST_CASE("all executors drop the same elements, to the bit", "[dropout][operation]") {
  for (const double p : {0.0, 0.05, 0.3, 1 - 0x1p-24, 1.0})
    for (const std::int64_t shift : {0, 1, 2}) {
      for (const std::int64_t count : {1, 4, 31, 210, 1029}) compare_bits<float>(count, 1, p, shift);
      compare_bits<double>(1029, 1, p, shift);
      for (const auto& [planes, run] :
           std::vector<std::pair<std::int64_t, std::int64_t>>{{6, 35}, {31, 9}, {5, 64}, {300, 2}}) {
        compare_bits<float>(planes * run, run, p, shift);
        compare_bits<double>(planes * run, run, p, shift);
      }
    }
}

TEST_CASE("all executors drop what the images of a share drop in their batch", "[dropout][operation]") {
  for (const std::int64_t first : {1, 2, 4, 7})
    for (const std::int64_t run : {1, 9, 64}) {
      compare_bits<float>(9 * 64, run, 0.3, 0, first);
      compare_bits<double>(9 * 64, run, 0.3, 0, first);
    }
}

TEST_CASE("an element is kept exactly if its random number is at least the probability",
          "[dropout][operation]") {
  const RandomSequence random{7, 3, 2};
  for (const Device device : executors())
    for (std::uint64_t i = 0; i < 64; ++i)
      for (const double away : {-0x1p-40, 0.0, 0x1p-40}) {
        const double p = std::clamp(random.uniform(i) + away, 0.0, 1.0);
        const Tensor x = Tensor::full({64}, 1, DType::float64, device), y = Tensor::empty_like(x);
        kernels<double>.dropout(device, {64, 1, p, random, x.data<double>(), y.data<double>()});
        CHECK((y.to_vector<double>()[i] == 0) == (away > 0));
      }
}
