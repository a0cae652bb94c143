#include "tests/course/judge.h"
#include "docs/course/12-half-precision/exercise.h"

#include <bit>
#include <limits>

using namespace norma::course;

namespace {

std::uint32_t bits_of(float x) { return std::bit_cast<std::uint32_t>(x); }

// The distances to both neighbours are compared, in double, which has room for all of them.
float nearest(float x) {
  if (std::isnan(x) || std::isinf(x)) return x;
  const std::uint32_t below = bits_of(x) & 0xFFFF0000, above = below + 0x10000;
  const auto size = [](std::uint32_t bits) {
    const float v = std::abs(std::bit_cast<float>(bits));
    return std::isinf(v) ? std::ldexp(1.0, 128) : static_cast<double>(v);
  };
  const double down = std::abs(x) - size(below), up = size(above) - std::abs(x);
  const bool is_above = up < down || (up == down && (below & 0x10000) != 0);
  return std::bit_cast<float>(is_above ? above : below);
}

std::string nine_digits(float x) { return std::isnan(x) ? "NaN" : fmt::format("{:.9g}", x); }

void expect_bits(const std::string& what, float got, float want) {
  if (std::isnan(want) && std::isnan(got) && (bits_of(got) & 0xFFFF) == 0) return;
  if (bits_of(got) != bits_of(want) || std::isnan(want))
    wrong("{} is {} (bits {:08X}), but {} (bits {:08X}) is right", what, nine_digits(got), bits_of(got),
          nine_digits(want), bits_of(want) & 0xFFFF0000);
}

}  // namespace

COURSE_JUDGE(12) {
  auto* const rounded = learner<decltype(to_bfloat16)>("to_bfloat16");
  auto* const sum_of = learner<decltype(bfloat16_sum)>("bfloat16_sum");
  const auto judge_bits = [&](std::uint32_t bits) {
    const float x = std::bit_cast<float>(bits);
    expect_bits(fmt::format("the bfloat16 of {} (bits {:08X})", nine_digits(x), bits), rounded(x),
                std::isnan(x) ? std::numeric_limits<float>::quiet_NaN() : nearest(x));
  };
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (const float x : {1.0f, 1 + 1.0f / 512, 1 + 3.0f / 512, 1 + 1.0f / 256, 1 + 3.0f / 256, -1 - 1.0f / 256,
                        0.0f, -0.0f, infinity, -infinity, 3.4e38f, -3.4e38f})
    judge_bits(bits_of(x));
  for (const std::uint32_t nan : {0x7FC00000u, 0x7F800001u, 0x7FFFFFFFu, 0xFFFFFFFFu}) judge_bits(nan);
  for (std::uint32_t upper = 0; upper <= 0xFFFF; ++upper)
    for (const std::uint32_t lower : {0u, 1u, 0x1234u, 0x7FFFu, 0x8000u, 0x8001u, 0xABCDu, 0xFFFEu, 0xFFFFu})
      judge_bits(upper << 16 | lower);

  const auto judge_sum = [&](const std::vector<float>& x, float want, const std::string& what) {
    expect_bits("the sum of " + what, sum_of(x.data(), static_cast<std::int64_t>(x.size())), want);
  };
  judge_sum({}, 0, "no numbers");
  judge_sum({1, 2, 4.5f}, 7.5f, "1, 2, 4.5");
  for (const std::size_t m : {100u, 256u, 257u, 259u, 1000u, 1'000'000u})
    judge_sum(std::vector<float>(m, 1), nearest(static_cast<float>(m)), fmt::format("{} ones", m));
  judge_sum({infinity, 1}, infinity, "infinity and 1");
  judge_sum({infinity, -infinity}, std::numeric_limits<float>::quiet_NaN(), "infinity and −infinity");
  judge_sum({3e38f, 3e38f}, infinity, "3e38 and 3e38");
  for (const std::size_t m : {10u, 1000u, 100'000u}) {
    auto x = numbers(m, 12, 0, 1);
    double want = 0;
    for (float& v : x) want += v = nearest(v);
    const float got = sum_of(x.data(), static_cast<std::int64_t>(m));
    if ((bits_of(got) & 0xFFFF) != 0) wrong("the sum of {} numbers, {:.9g}, is not a bfloat16", m, got);
    expect(fmt::format("the sum of {} numbers between 0 and 1", m), got, want, 0.004);
  }
}
