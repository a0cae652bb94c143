#include "tests/course/judge.h"
#include "docs/course/06-weight-gradients/exercise.h"

using namespace norma::course;

namespace {

/// Like expect_all, and says what a wrong sum looks like: [image][channel] are the sums over single images.
void expect_sums(const std::string& array, Array<float>& got, const std::vector<std::vector<double>>& images,
                 double elements, const std::string& where) {
  const std::size_t channels = images.front().size();
  std::vector<double> want(channels);
  for (const auto& image : images)
    for (std::size_t c = 0; c < channels; ++c) want[c] += image[c];
  const auto close = [&](auto sum) {
    for (std::size_t c = 0; c < channels; ++c)
      if (!(std::abs(got[c] - sum(c)) <= 1e-5 * std::max(1.0, std::abs(sum(c))))) return false;
    return true;
  };
  std::string guess;
  const auto is = [&](auto sum, const char* text) {
    if (guess.empty() && close(sum)) guess = text;
  };
  for (std::size_t c = 0; c < channels; ++c)
    if (std::isnan(got[c]))
      wrong(
          "{}[{}] is NaN; it was NaN before the call, so it was not written, or something was added to it "
          "({})",
          array, c, where);
  if (!close([&](std::size_t c) { return want[c]; })) {
    is([&](std::size_t c) { return want[c] / elements; }, "; is a sum divided by the number of elements?");
    for (const auto& image : images)
      is([&](std::size_t c) { return image[c]; }, "; is it the sum over one image only?");
  }
  expect_all(array, got, want, 1e-6, where + guess);
}

}  // namespace

COURSE_JUDGE(6) {
  auto* const gradients = learner<decltype(affine_gradients)>("affine_gradients");
  const auto judge_case = [&](std::int64_t n, std::int64_t c, std::int64_t hw, const std::vector<float>& dy,
                              const std::vector<float>& xhat) {
    const auto channels = static_cast<std::size_t>(c);
    std::vector<std::vector<double>> dweight_of(static_cast<std::size_t>(n), std::vector<double>(channels));
    auto dbias_of = dweight_of;
    for (std::size_t k = 0; k < dy.size(); ++k) {
      const std::size_t plane = k / static_cast<std::size_t>(hw);
      dweight_of[plane / channels][plane % channels] += double{dy[k]} * xhat[k];
      dbias_of[plane / channels][plane % channels] += dy[k];
    }
    Array<float> dweight(channels), dbias(channels);
    gradients(n, c, hw, dy.data(), xhat.data(), dweight.data(), dbias.data());
    const std::string where = fmt::format("N = {}, C = {}, H·W = {}", n, c, hw);
    expect_sums("dweight", dweight, dweight_of, static_cast<double>(n * hw), where);
    expect_sums("dbias", dbias, dbias_of, static_cast<double>(n * hw), where);
  };
  judge_case(2, 2, 2, {1, 2, 0, 1, 0, 1, 3, 0}, {1, -1, 1, 1, 1, -1, -1, -1});
  struct Shape {
    std::int64_t n, c, hw;
  };
  for (const auto& [n, c, hw] : {Shape{3, 4, 5}, {1, 3, 7}, {4, 1, 6}, {8, 5, 1}, {1, 1, 1}, {25, 3, 4000}}) {
    const auto count = static_cast<std::size_t>(n * c * hw);
    judge_case(n, c, hw, numbers(count, 1), numbers(count, 2, -2, 2));
  }
}
