#include "core/ranks.h"

#include <fmt/format.h>

#include <cstring>

#include "core/autograd.h"
#include "layers/functional/arithmetic.h"
#include "layers/functional/reshape.h"
#include "tests/support/catch.h"
#include "tests/support/forked_ranks.h"

using namespace norma;
using namespace norma::test;

namespace {

std::vector<std::int64_t> leaves_of(std::int64_t images, int leaves) {
  const ImageTree tree(images, leaves);
  std::vector<std::int64_t> ends;
  for (int leaf = 0; leaf < tree.size(); ++leaf) ends.push_back(tree.end(leaf));
  return ends;
}

// Of numbers whose sum depends on the order of the additions.
float number(std::int64_t i) { return 1 / static_cast<float>(3 * i + 1); }

float tree_sum(std::int64_t begin, std::int64_t images, int leaves) {
  return ImageTree(images, leaves).sum<float>([&](std::int64_t first, std::int64_t last) {
    float sum = 0;
    for (std::int64_t i = first; i < last; ++i) sum += number(begin + i);
    return sum;
  });
}

}  // namespace

TEST_CASE("the leaves of a tree over images", "[ranks]") {
  CHECK(leaves_of(8, 4) == std::vector<std::int64_t>{2, 4, 6, 8});
  CHECK(leaves_of(7, 4) == std::vector<std::int64_t>{2, 4, 6, 7});
  CHECK(leaves_of(3, 16) == std::vector<std::int64_t>{1, 2, 3});
  CHECK(leaves_of(0, 16) == std::vector<std::int64_t>{0});
}

TEST_CASE("two half trees have the sum of the whole", "[ranks]") {
  for (std::int64_t images = 2; images < 200; ++images) {
    const std::int64_t half = ImageTree::first_half(images);
    CAPTURE(images);
    CHECK(tree_sum(0, images, 16) == tree_sum(0, half, 8) + tree_sum(half, images - half, 8));
  }
}

TEST_CASE("ranks add and gather in the order of their numbers", "[ranks]") {
  struct Text {  // its sum is not commutative
    char letters[16];
    void operator+=(const Text& other) { std::strcat(letters, other.letters); }
  };
  for (const int count : {1, 2, 4, 8}) {
    const auto results = in_processes(count, [](std::shared_ptr<Ranks> ranks) {
      Text text{{static_cast<char>('a' + ranks->rank())}};
      Text twice[2] = {text, text};
      ranks->sum(std::span<Text>(twice));
      const Tensor mine = Tensor::full({3}, 1 << ranks->rank()), total = Tensor::empty({3});
      ranks->begin_sum(mine, total);
      const int rank = ranks->rank();
      std::string gathered;
      for (const int r : ranks->gather(std::span<const int>(&rank, 1))) gathered += std::to_string(r);
      ranks->finish();
      return fmt::format("{:.8} {:.8} {} {}", twice[0].letters, twice[1].letters, gathered,
                         total.data<float>()[2]);
    });
    const std::string letters = std::string("abcdefgh").substr(0, static_cast<std::size_t>(count));
    const std::string digits = std::string("01234567").substr(0, static_cast<std::size_t>(count));
    for (const std::string& result : results)
      CHECK(result == fmt::format("{0:.8} {0:.8} {1} {2}", letters, digits, (1 << count) - 1));
  }
}

TEST_CASE("ranks add and gather in the memory of a device", "[ranks][simt]") {
  const auto results = in_processes(4, [](std::shared_ptr<Ranks> ranks) {
    const int rank = ranks->rank();
    const Tensor mine = Tensor::full({3}, 1 << rank, DType::float64, Device::simt),
                 total = Tensor::empty_like(mine);
    ranks->begin_sum(mine, total);
    const Tensor count = Tensor::from(std::vector<std::int64_t>{rank, 1}, {2}, Device::simt);
    ranks->sum(count);
    const Tensor one = Tensor::from(std::vector<std::int64_t>{10 + rank}, {1}, Device::simt),
                 all = Tensor::empty({4}, DType::int64, Device::simt);
    ranks->gather(Device::simt, one.raw(), all.raw(), one.bytes());
    ranks->finish();
    return fmt::format("{} {} {}", fmt::join(total.to_vector<double>(), ","),
                       fmt::join(count.to_vector<std::int64_t>(), ","),
                       fmt::join(all.to_vector<std::int64_t>(), ","));
  });
  for (const std::string& result : results) CHECK(result == "15,15,15 6,4 10,11,12,13");
}

TEST_CASE("ranks that differ are told, and their number is checked", "[ranks]") {
  const auto results = in_processes(4, [](std::shared_ptr<Ranks> ranks) {
    ranks->check_equal("letters", "a");
    ranks->check_equal("digits", ranks->rank() == 2 ? "2" : "1");
    return std::string();
  });
  for (const std::string& result : results)
    CHECK_THAT(result, Catch::Contains("rank 0 and rank 2 differ in digits"));
  CHECK_THAT(in_processes(3, [](std::shared_ptr<Ranks>) { return std::string(); })[0],
             Catch::Contains("1, 2, 4, 8 or 16 processes, not by 3"));
}

TEST_CASE("a rank that is gone is an error for its partner", "[ranks]") {
  const auto results = in_processes(2, [](std::shared_ptr<Ranks> ranks) -> std::string {
    if (ranks->rank() == 1) fail("I stop");
    double one = 1;
    ranks->sum(std::span<double>(&one, 1));
    return "summed";
  });
  CHECK(results == std::vector<std::string>{"error: rank 1 is gone", "error: I stop"});
}

TEST_CASE("sums over images are those of all ranks, and their gradients too", "[ranks]") {
  // f = Σ (x·w)², x the images, w a parameter that is computed from another
  const auto f_and_gradient = [](std::shared_ptr<Ranks> ranks) {
    constexpr std::int64_t images = 6;
    std::vector<float> values;
    for (int i = 0; i < images * 2; ++i) values.push_back(number(i));
    const Shard shard = shard_of_batch(*ranks, images);
    const SharedBatch sharing(shard);
    const auto begin = values.begin() + shard.first * 2;
    Tensor x = Tensor::from(std::vector<float>(begin, begin + shard.images * 2), {shard.images, 2});
    x.set_sharded(true);
    Tensor v = Tensor::full({1, 2}, 0.7);
    v.set_requires_grad();
    const Tensor w = functional::exp(v), f = functional::sum(functional::square(x * w), {0, 1});
    functional::reshape(f, {}).backward();
    return fmt::format("{} {}", f.item(), fmt::join(v.grad().to_vector<float>(), " "));
  };
  const std::string alone = in_processes(1, f_and_gradient)[0];
  CHECK_THAT(alone, !Catch::Contains("error"));
  for (const int count : {2, 4})
    for (const std::string& result : in_processes(count, f_and_gradient)) CHECK(result == alone);
}
