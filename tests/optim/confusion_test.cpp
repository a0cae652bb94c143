#include "optim/confusion.h"

#include <set>

#include "tests/support/catch.h"

using namespace norma;

namespace {

// 40 images: every third is wrong, and the probability grows with the index.
std::vector<Prediction> some_predictions() {
  std::vector<Prediction> predictions;
  for (std::int64_t i = 0; i < 40; ++i)
    predictions.push_back({i % 4, i % 3 == 0 ? (i + 1) % 4 : i % 4, 0.3 + static_cast<double>(i) / 100});
  return predictions;
}

}  // namespace

TEST_CASE("scores become classes and their probabilities", "[predictions]") {
  const Tensor labels = Tensor::from<std::int64_t>({1, 2}, {2});
  const auto predictions = predictions_of(labels, {0, 1, -1, 5, 0, 5}, 3);
  REQUIRE(predictions.size() == 2);
  CHECK(predictions[0].right());
  CHECK(predictions[0].probability == Approx(std::exp(1) / (1 + std::exp(1) + std::exp(-1))));
  CHECK(predictions[1].predicted == 0);  // the first of two equal scores
  CHECK(predictions[1].label == 2);
  CHECK_THROWS_WITH(predictions_of(labels, {1, 2, 3}, 3),
                    Catch::Contains("3 scores, but expected 3 for each of 2"));
}

TEST_CASE("a confusion matrix counts predicted classes per true class", "[confusion]") {
  const Confusion confusion(3, {{0, 0, .5}, {0, 1, .5}, {0, 1, .5}, {1, 1, .9}});
  CHECK(confusion.count(0, 0) == 1);
  CHECK(confusion.count(0, 1) == 2);
  CHECK(confusion.count(1, 0) == 0);
  CHECK(confusion.images(0) == 3);
  CHECK(*confusion.accuracy(0) == Approx(100.0 / 3));
  CHECK(*confusion.accuracy(1) == 100);
  CHECK(!confusion.accuracy(2));
  CHECK_THROWS_WITH(Confusion(2, {{0, 2, .5}}), Catch::Contains("class 2, but there are 2"));
}

TEST_CASE("shown mistakes are drawn by a seed, and the most probable ones come in order", "[confusion]") {
  const auto predictions = some_predictions();
  const auto wrong = [&](std::int64_t i) { return !predictions[static_cast<std::size_t>(i)].right(); };
  const auto chosen = some_mistakes(predictions, 10, 7);
  CHECK(chosen.size() == 10);
  CHECK(std::set(chosen.begin(), chosen.end()).size() == 10);
  CHECK(std::all_of(chosen.begin(), chosen.end(), wrong));
  CHECK(some_mistakes(predictions, 10, 7) == chosen);
  CHECK(some_mistakes(predictions, 10, 8) != chosen);
  CHECK(some_mistakes(predictions, 100, 7).size() == 14);
  CHECK(some_mistakes({{0, 0, 1}}, 10, 7).empty());
  CHECK(surest_mistakes(predictions, 3) == std::vector<std::int64_t>{39, 36, 33});
  CHECK(surest_mistakes(predictions, 100).size() == 14);
}
