#include "core/tensor.h"

#include "core/parallel.h"
#include "tests/support/catch.h"

using namespace norma;

TEST_CASE("a tensor has a shape, a dtype and numbers", "[tensor]") {
  const Tensor t = Tensor::from<float>({1, 2, 3, 4, 5, 6}, {2, 3});
  CHECK(t.shape().to_string() == "[2, 3]");
  CHECK(t.numel() == 6);
  CHECK(t.size(-1) == 3);
  CHECK(t.bytes() == 24);
  CHECK(t.to(DType::int64).to_vector<std::int64_t>() == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6});
  CHECK(t.view({3, 2}).raw() == t.raw());
  CHECK(t.clone().raw() != t.raw());
  CHECK(Tensor::full({}, 7).item() == 7);
  CHECK(Tensor().data<float>() == nullptr);
}

TEST_CASE("errors of a tensor are sentences", "[tensor]") {
  const Tensor t = Tensor::zeros({2, 3});
  CHECK_THROWS_WITH(t.data<double>(), Catch::Contains("float32 tensor was read as float64"));
  CHECK_THROWS_WITH(t.view({4}), Catch::Contains("[2, 3]"));
  CHECK_THROWS_WITH(t.item(), Catch::Contains("one element"));
  CHECK_THROWS_WITH(t.size(2), Catch::Contains("no dimension 2"));
  CHECK_THROWS_WITH(Tensor::from<float>({1}, {2}), Catch::Contains("1 values"));
  CHECK_THROWS_AS(Shape({1, -1}), Error);
  CHECK_THROWS_AS(Shape({1, 1, 1, 1, 1, 1, 1}), Error);
}

TEST_CASE("the pool reuses a freed block", "[tensor]") {
  { const Tensor warm = Tensor::empty({12345}); }
  const auto before = memory_statistics();
  for (int i = 0; i < 10; ++i) const Tensor t = Tensor::empty({12345});
#ifndef __SANITIZE_ADDRESS__  // it frees every block, to find uses after the end
  CHECK(memory_statistics().system_calls == before.system_calls);
#endif
  CHECK(memory_statistics().in_use == before.in_use);
}

TEST_CASE("a shape whose elements cannot be counted is refused", "[tensor]") {
  const std::int64_t large = std::int64_t{1} << 32;
  CHECK_THROWS_WITH((Shape{large, large}), Catch::Contains("2^60 elements or more"));      // 2^64: 0
  CHECK_THROWS_WITH((Shape{large, large / 2}), Catch::Contains("2^60 elements or more"));  // 2^63: negative
  CHECK_THROWS_WITH((Shape{INT64_MAX}), Catch::Contains("2^60 elements or more"));
  CHECK_THROWS_WITH((Shape{large, large, large, large}), Catch::Contains("2^60 elements or more"));
  CHECK(Shape{large, large / 16 - 1}.numel() == large * (large / 16 - 1));
  CHECK(Shape{large, large, 0, large}.numel() == 0);
  CHECK(Shape{0, INT64_MAX}.numel() == 0);
}

TEST_CASE("parallel_for visits every piece once and passes an exception on", "[parallel]") {
  for (const int count : {1, 2, 5}) {
    const int before = threads();
    set_threads(count);
    std::vector<int> visits(1000);
    parallel_for(1000, [&](std::int64_t i) { ++visits[static_cast<std::size_t>(i)]; });
    CHECK(visits == std::vector<int>(1000, 1));
    std::int64_t covered = 0;
    parallel_ranges(1, 7, [&](std::int64_t begin, std::int64_t end) { covered += end - begin; });
    CHECK(covered == 1);
    CHECK_THROWS_WITH(parallel_for(100,
                                   [](std::int64_t i) {
                                     if (i == 50) fail("piece {}", i);
                                   }),
                      "piece 50");
    set_threads(before);
  }
  CHECK_THROWS_AS(set_threads(0), Error);
}
