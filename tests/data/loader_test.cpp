#include "data/loader.h"

#include <limits>
#include <numeric>
#include <set>

#include "data/synthetic.h"
#include "kernels/table.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {

Dataset counting_images(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) {
  Dataset d{Tensor::empty({n, c, h, w}, DType::uint8), Tensor::empty({n}, DType::int64)};
  for (std::int64_t i = 0; i < d.images.numel(); ++i)
    d.images.data<std::uint8_t>()[i] = static_cast<std::uint8_t>(i * 37 % 251 + 1);
  for (std::int64_t i = 0; i < n; ++i) d.labels.data<std::int64_t>()[i] = i % 10;
  return d;
}

const Normalization plain = {{0, 0, 0}, {1, 1, 1}};

}  // namespace

TEST_CASE("load_images agrees with its reference, and all executors give the same bits",
          "[load_images][operation]") {
  struct Case {
    std::int64_t c, h, w;
  };
  const Tensor indices = Tensor::from<std::int64_t>({8, 0, 3, 3, 7}, {5});
  const Tensor labels = Tensor::from<std::int64_t>({0, 10, 20, 30, 40, 50, 60, 70, 80}, {9});
  // No structured bindings: with -fopenmp-simd, Clang 16 does not let a lambda capture them.
  for (const Case& size : std::vector<Case>{{1, 1, 1}, {3, 7, 5}, {4, 3, 8}, {1, 28, 28}, {3, 32, 32}})
    for (const bool flip : {false, true})
      for (const auto& move :
           std::vector<std::pair<std::int64_t, double>>{{0, 0}, {1, 0}, {4, 0}, {0, 180}, {1, 15}}) {
        const std::int64_t c = size.c, h = size.h, w = size.w, pad = move.first;
        const double degrees = move.second;
        CAPTURE(c, h, w, flip, pad, degrees);
        const std::int64_t rotate = turns_from_degrees(degrees);
        const Tensor images = counting_images(9, c, h, w).images;
        const auto load = [&]<class T>(Device device, T) {
          const Tensor pixels = images.to(device), index = indices.to(device), label = labels.to(device);
          const Tensor y = Tensor::empty({5, c, h, w}, dtype_of<T>, device);
          const Tensor target = Tensor::empty({5}, DType::int64, device);
          kernels<T>.load_images(device, {5,
                                          c,
                                          h,
                                          w,
                                          pixels.template data<std::uint8_t>(),
                                          index.template data<std::int64_t>(),
                                          {0.4, 0.5, 0.3, 0.1},
                                          {0.2, 0.3, 0.25, 0.9},
                                          flip,
                                          pad,
                                          {3, 2, 1},
                                          y.template data<T>(),
                                          label.template data<std::int64_t>(),
                                          target.template data<std::int64_t>(),
                                          rotate});
          CHECK(target.to_vector<std::int64_t>() == std::vector<std::int64_t>{80, 0, 30, 30, 70});
          return y;
        };
        const auto check = [&](Device device, auto type, double tolerance) {
          const Tensor want = load(Device::reference, double{});
          const Tensor got = same_every_time(device, [&] { return std::vector{load(device, type)}; })[0];
          require_close(got, want, tolerance, name(device));
          CHECK(got.to_vector<double>() == load(Device::cpu, type).template to_vector<double>());
        };
        for (const Device device : tested_devices())
          check(device, float{}, 1e-7), check(device, double{}, 1e-15);
      }
}

TEST_CASE("augmentation flips half of the images, crops everywhere, and can be repeated", "[load_images]") {
  Dataset data = counting_images(400, 3, 8, 8);
  std::vector<std::int64_t> all(400);
  std::iota(all.begin(), all.end(), 0);
  const auto plainly = load_batch(data, all, plain).x.to_vector<float>();
  const auto flipped = load_batch(data, all, plain, {.flip = true}, 5, 1).x.to_vector<float>();
  int mirrored = 0;
  for (std::size_t i = 0; i < 400; ++i) {
    const bool same = plainly[i * 192] == flipped[i * 192];
    CHECK((same || plainly[i * 192] == flipped[i * 192 + 7]));
    mirrored += !same;
  }
  CHECK(mirrored > 160);
  CHECK(mirrored < 240);
  std::set<std::pair<std::int64_t, std::int64_t>> places;
  for (std::int64_t i = 0; i < 400; ++i) {
    const ImageMove move({5, 1, stream::augmentation}, i, true, 4);
    places.insert({move.top, move.left});
    CHECK(std::abs(move.top) <= 4);
    CHECK(std::abs(move.left) <= 4);
  }
  CHECK(places.size() > 75);  // of 81
  const auto again = [&](std::uint32_t epoch) {
    return load_batch(data, {3, 4}, plain, {.flip = true, .crop = 4}, 5, epoch).x.to_vector<float>();
  };
  CHECK(again(1) == again(1));
  CHECK(again(1) != again(2));
}

TEST_CASE("a normalization that does not fit the images is refused before a pixel is written",
          "[load_images]") {
  const double nan = std::numeric_limits<double>::quiet_NaN(),
               infinity = std::numeric_limits<double>::infinity();
  const auto error = [](const Normalization& n, std::int64_t channels = 3) {
    return text_thrown<Error>([&] { load_batch(counting_images(2, channels, 2, 2), {0, 1}, n); });
  };
  for (const std::size_t n : {std::size_t{0}, std::size_t{2}, std::size_t{4}, std::size_t{20}}) {
    const std::vector<double> numbers(n, 0.5);
    CHECK(error({numbers, numbers}) ==
          fmt::format(
              "the normalization has {0} means and {0} standard deviations, but the images have 3 channels: "
              "expected one of each per channel",
              n));
    CHECK_THAT(error({{0, 0, 0}, numbers}), Catch::Contains(fmt::format("3 means and {} standard", n)));
    CHECK_THAT(error({numbers, {1, 1, 1}}), Catch::Contains(fmt::format("{} means and 3 standard", n)));
  }
  CHECK_THAT(error({{1, 2}, {3, 4}}, 1), Catch::Contains("but the images have 1 channel:"));
  for (const double bad : {0.0, -1.0, nan, infinity})
    CHECK(
        error({{0, 0, 0}, {1, 1, bad}}) ==
        fmt::format(
            "the normalization has the standard deviation {} for channel 2: expected a finite number above 0",
            bad));
  for (const double bad : {nan, infinity, -infinity})
    CHECK_THAT(error({{0, bad, 0}, {1, 1, 1}}),
               Catch::Contains(fmt::format("the mean {} for channel 1", bad)));
  const std::vector<double> five(5, 0.5);
  CHECK(error({five, five}, 5) == "images can have 1 to 4 channels, not 5");
  CHECK(error({{0.5}, {0.5}}, 1).empty());
}

TEST_CASE("shuffling is a permutation that depends on seed and epoch", "[loader]") {
  const auto order = shuffled(1000, 1, 1);
  CHECK(std::set<std::int64_t>(order.begin(), order.end()).size() == 1000);
  CHECK(order == shuffled(1000, 1, 1));
  CHECK(order != shuffled(1000, 1, 2));
  CHECK(order != shuffled(1000, 2, 1));
  std::int64_t moved = 0;
  for (std::size_t i = 0; i < 1000; ++i) moved += order[i] != static_cast<std::int64_t>(i);
  CHECK(moved > 980);
}

TEST_CASE("a split holds out its share and loses nothing", "[loader]") {
  const Dataset data = counting_images(50, 3, 1, 1);
  const auto [rest, held_out] = split(data, 0.2, 1);
  CHECK(rest.labels.numel() == 40);
  CHECK(held_out.labels.numel() == 10);
  auto all = rest.images.to_vector<int64_t>(), more = held_out.images.to_vector<std::int64_t>();
  all.insert(all.end(), more.begin(), more.end());
  auto want = data.images.to_vector<std::int64_t>();
  std::sort(all.begin(), all.end()), std::sort(want.begin(), want.end());
  CHECK(all == want);
  CHECK(first_images(data, 7).labels.numel() == 7);
  CHECK(first_images(data, 700).labels.numel() == 50);
}

TEST_CASE("measured normalization is the mean and deviation of the pixels", "[loader]") {
  Dataset data = counting_images(2, 3, 1, 1);
  const std::uint8_t pixels[] = {0, 51, 255, 255, 153, 255};
  std::copy(std::begin(pixels), std::end(pixels), data.images.data<std::uint8_t>());
  const Normalization n = measure_normalization(data);
  CHECK(n.mean[0] == Approx(0.5));
  CHECK(n.std[0] == Approx(0.5));
  CHECK(n.mean[1] == Approx(0.4));
  CHECK(n.std[1] == Approx(0.2));
  CHECK(n.std[2] == Approx(0).margin(1e-12));
}

TEST_CASE("synthetic images depend only on seed and index", "[synthetic]") {
  const DataSplit a = make_synthetic(1, 30, 20), b = make_synthetic(1, 60, 20), c = make_synthetic(2, 30, 20);
  CHECK(a.name == "synthetic");
  CHECK(a.classes.size() == 10);
  const auto pixels = a.train.images.to_vector<std::uint8_t>(),
             more = b.train.images.to_vector<std::uint8_t>();
  CHECK(std::equal(pixels.begin(), pixels.end(), more.begin()));
  CHECK(pixels != c.train.images.to_vector<std::uint8_t>());
  CHECK(a.test.images.to_vector<std::uint8_t>() !=
        std::vector<std::uint8_t>(more.begin(), more.begin() + 20 * 3072));
  for (std::int64_t i = 0; i < 20; ++i) CHECK(a.test.labels.data<std::int64_t>()[i] == i % 10);
}

TEST_CASE("synthetic images with an odd label have more contrast", "[synthetic]") {
  const Dataset set = make_synthetic(1, 10, 400).test;
  double sums[2] = {};
  for (std::int64_t i = 0; i < 400; ++i) {
    const Dataset one{
        Tensor::from(std::vector<std::uint8_t>(set.images.data<std::uint8_t>() + i * 3072,
                                               set.images.data<std::uint8_t>() + (i + 1) * 3072),
                     {1, 3, 32, 32}),
        Tensor::zeros({1}, DType::int64)};
    sums[i % 2] += measure_normalization(one).std[0];
  }
  CHECK(sums[1] > 1.2 * sums[0]);
}

TEST_CASE("2 % of the synthetic training images have a random label", "[synthetic]") {
  const Tensor labels = make_synthetic(1, 5000, 10).train.labels;
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < 5000; ++i) wrong += labels.data<std::int64_t>()[i] != i % 10;
  CHECK(wrong > 60);  // about 90: a tenth of the random labels is right
  CHECK(wrong < 120);
}

TEST_CASE("synthetic pairs have the classes of CIFAR-100: five fine classes share a coarse one",
          "[synthetic]") {
  const DataSplit fine = make_synthetic_pairs(Labels::fine, 1, 230, 20),
                  coarse = make_synthetic_pairs(Labels::coarse, 1, 230, 20);
  CHECK(fine.name == "synthetic");
  CHECK(fine.train.images.shape() == Shape{230, 3, 32, 32});
  CHECK(std::set<std::string>(fine.classes.begin(), fine.classes.end()).size() == 100);
  CHECK(std::set<std::string>(coarse.classes.begin(), coarse.classes.end()).size() == 20);
  CHECK(fine.classes[57] == "bars across beside bars aslant");
  CHECK(coarse.classes[11] == "bars across beside a pattern");
  CHECK((fine.train.images.to_vector<std::uint8_t>() == coarse.train.images.to_vector<std::uint8_t>()));
  for (std::int64_t i = 0; i < 230; ++i) {
    CHECK(fine.train.labels.data<std::int64_t>()[i] == i % 100);
    CHECK(coarse.train.labels.data<std::int64_t>()[i] == i % 100 / 5);
  }
}

TEST_CASE("synthetic grey figures have one channel and change from image to image", "[synthetic]") {
  const DataSplit data = make_synthetic_grey(1, 20, 10);
  CHECK(data.classes.size() == 10);
  CHECK(data.test.images.shape() == Shape{10, 1, 28, 28});
  const auto pixels = data.train.images.to_vector<std::uint8_t>();
  for (std::size_t i = 0; i < 10; ++i)  // images i and i + 10 show the same figure
    CHECK_FALSE(std::equal(pixels.begin() + 784 * i, pixels.begin() + 784 * (i + 1),
                           pixels.begin() + 784 * (i + 10)));
}
