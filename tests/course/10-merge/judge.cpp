#include "tests/course/judge.h"
#include "docs/course/10-merge/exercise.h"

using namespace norma::course;

namespace {

void expect_part(const std::string& where, const Part& got, const Part& want) {
  if (got.count != want.count) wrong("the count of {} is {}, but {} is right", where, got.count, want.count);
  expect("the mean of " + where, got.mean, want.mean, 1e-9);
  expect("the squares of " + where, got.squares, want.squares, 1e-9);
}

Part part_of(std::span<const float> x) {
  long double mean = 0, squares = 0;
  for (const float v : x) mean += v;
  if (!x.empty()) mean /= static_cast<long double>(x.size());
  for (const float v : x) squares += (v - mean) * (v - mean);
  return {static_cast<std::int64_t>(x.size()), static_cast<double>(mean), static_cast<double>(squares)};
}

// Parts of 0, 1, 2, … numbers, again and again.
std::vector<Part> parts_of(std::span<const float> x, std::size_t longest) {
  std::vector<Part> parts;
  for (std::size_t i = 0, size = 0; i < x.size(); size = size == longest ? 0 : size + 1) {
    const std::size_t n = std::min(size, x.size() - i);
    parts.push_back(part_of(x.subspan(i, n)));
    i += n;
  }
  return parts;
}

Part merge_tree(decltype(merge)* merged, std::span<const Part> parts) {
  if (parts.size() == 1) return parts[0];
  const std::size_t half = parts.size() / 2;
  return merged(merge_tree(merged, parts.first(half)), merge_tree(merged, parts.subspan(half)));
}

}  // namespace

COURSE_JUDGE(10) {
  auto* const merged = learner<decltype(merge)>("merge");
  const Part empty = {0, 0, 0}, a = {2, 6, 18}, b = {2, 14, 18}, one = {1, 20, 0};
  expect_part("(3, 9) and (11, 17)", merged(a, b), {4, 10, 100});
  expect_part("(3, 9, 11, 17) and (20)", merged({4, 10, 100}, one), {5, 12, 180});
  expect_part("(20) and (3, 9, 11, 17)", merged(one, {4, 10, 100}), {5, 12, 180});
  expect_part("(3, 9) and an empty part", merged(a, empty), a);
  expect_part("an empty part and (3, 9)", merged(empty, a), a);
  expect_part("two empty parts", merged(empty, empty), empty);
  for (const double mean : {0., 1e4})
    for (const std::size_t m : {1u, 10u, 10'000u}) {
      const auto x = numbers(m, 10, mean - 2, mean + 2);
      const Part want = part_of(x);
      const std::string set = fmt::format("{} number{} with mean {}", m, m == 1 ? "" : "s", mean);
      Part sequence = empty;
      for (const float v : x) sequence = merged(sequence, {1, v, 0});
      expect_part(set + ", merged one by one", sequence, want);
      const auto parts = parts_of(x, 30);
      sequence = empty;
      for (const Part& part : parts) sequence = merged(part, sequence);
      expect_part(set + ", parts of 0 to 30 merged in sequence", sequence, want);
      expect_part(set + ", parts of 0 to 30 merged in a tree", merge_tree(merged, parts), want);
    }
  const std::int64_t many = 4'000'000'000;
  expect_part("two parts of 4000000000 numbers", merged({many, 0, 4e9}, {many, 2, 4e9}), {2 * many, 1, 16e9});
}
