// explain(): its sets are those of the reference executor, and its numbers those of the README.
#include "layers/explain/explanation.h"

#include "layers/explain/show.h"
#include "tests/support/catch.h"

using namespace norma;

namespace {

constexpr std::int64_t n = 2, c = 4, hw = 4;

Tensor some_values() {
  std::vector<double> values;
  for (int i = 0; i < n * c * hw; ++i) values.push_back(i * 37 % 23 - 0.5 * (i % 5) + 0.25);
  return Tensor::from(values, {n, c, 2, 2});
}

}  // namespace

TEST_CASE("elements share a set exactly if one changes the other's result", "[explain]") {
  for (const NormRow& row : all_norms()) {
    if (row.set == nullptr) continue;
    CAPTURE(row.name);
    const Tensor x = some_values();
    const Explanation before = explain(row.norm, x, 2);
    std::int64_t elements = 0;
    for (const ExplainedSet& set : before.sets) elements += set.elements;
    CHECK(elements == x.numel());
    for (const std::size_t changed : {std::size_t{0}, std::size_t{9}, before.x.size() - 1}) {
      const Tensor other = x.clone();
      other.data<double>()[changed] += 1;
      const Explanation after = explain(row.norm, other, 2);
      for (std::size_t i = 0; i < before.x.size(); ++i)
        CHECK((before.xhat[i] != after.xhat[i]) == (before.set_of[i] == before.set_of[changed]));
    }
  }
}

TEST_CASE("explain gives the numbers of the example in kernels/norm/README.md", "[explain]") {
  const Tensor x = Tensor::from(std::vector<double>{3, 9, 11, 17, 1.3, 2.7, 1.9, 2.1}, {2, 4, 1, 1});
  const Tensor dy = Tensor::from(std::vector<double>{1, 1, 0, 1, 0, -1, 2, 1}, {2, 4, 1, 1});
  const Explanation e = explain(Norm::ln_chw, x, 1, dy);
  REQUIRE(e.sets.size() == 2);
  CHECK(e.sets[0].mean == Approx(10));
  CHECK(e.sets[1].mean == Approx(2));
  CHECK(e.sets[0].rstd == Approx(0.2).epsilon(1e-6));
  CHECK(e.sets[1].rstd == Approx(2).epsilon(1e-4));  // the README has ε = 0
  CHECK(e.xhat[0] == Approx(-1.4).epsilon(1e-6));
  CHECK(e.weight == std::vector<double>{1, 1.5, 2, 1, 1, 1.5, 2, 1});
  CHECK(e.bias == std::vector<double>{0, 0.5, 0, 0.5, 0, 0.5, 0, 0.5});
  CHECK(e.y[1] == Approx(-0.2 * 1.5 + 0.5).epsilon(1e-6));
  CHECK(e.sets[0].sum_g == Approx(1 + 1.5 + 0 + 1));
  CHECK(e.sets[0].sum_gx == Approx(-1.4 - 0.3 + 1.4).epsilon(1e-5));
  CHECK(e.dx[0] == Approx(0.2 * (1 - (3.5 - 1.4 * -0.3) / 4)).epsilon(1e-5));
}

TEST_CASE("RMS norm is explained without a mean", "[explain]") {
  const Explanation e = explain(Norm::rms, some_values(), 1, some_values());
  CHECK(e.bias.empty());
  CHECK(e.sets[0].mean == 0);
  for (const double part : e.mean_part) CHECK(part == 0);
  for (const ExplainedTable& table : tables_of(e)) CHECK(table.name != "dx, second part");
}

TEST_CASE("explain refuses what it cannot explain", "[explain]") {
  CHECK_THROWS_WITH(explain(Norm::none, some_values()), "none has no sets to explain");
  CHECK_THROWS_WITH(explain(Norm::gn, some_values(), 3), "4 channels cannot be divided into 3 groups");
  CHECK_THROWS_WITH(explain(Norm::bn, Tensor::zeros({2, 2})),
                    "explain takes images [N, C, H, W], not [2, 2]");
}

TEST_CASE("an explanation as text has colours only if they are asked for", "[explain]") {
  const Explanation e = explain(Norm::bn, some_values());
  CHECK(text_of(e, false).find('\x1b') == std::string::npos);
  CHECK(text_of(e, true).find('\x1b') != std::string::npos);
  CHECK(headline(e) == "Batch norm of x [2, 4, 2, 2]: 4 sets of 8 elements, ε = 1e-05");
  CHECK(letter_of(0) == "a");
  CHECK(letter_of(25) == "z");
  CHECK(letter_of(26) == "aa");
  CHECK(letter_of(27) == "ab");
  CHECK(letter_of(52) == "ba");
  CHECK(four_digits(-0.00001) == "0.0000");
}
