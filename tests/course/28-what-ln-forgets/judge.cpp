#include "tests/course/judge.h"
#include "docs/course/28-what-ln-forgets/exercise.h"

using namespace norma::course;

COURSE_JUDGE(28) {
  auto* const norm = learner<decltype(layer_norm_image)>("layer_norm_image");
  auto* const mean_of = learner<decltype(brightness)>("brightness");
  auto* const deviation_of = learner<decltype(contrast)>("contrast");

  // Judges one image, and returns its x_hat.
  const auto judge_image = [&](std::int64_t c, const std::vector<float>& x, double eps,
                               const std::string& where) {
    const auto m = static_cast<double>(x.size());
    const std::int64_t hw = static_cast<std::int64_t>(x.size()) / c;
    double sum = 0, squares = 0;
    for (const float v : x) sum += v;
    for (const float v : x) squares += (v - sum / m) * (v - sum / m);
    const double deviation = std::sqrt(squares / m + eps);

    const double got_mean = mean_of(c, hw, x.data()), got_deviation = deviation_of(c, hw, x.data(), eps);
    expect("brightness of " + where, got_mean, sum / m, 1e-9);
    if (!(std::abs(got_deviation - deviation) <= 1e-9 * deviation))
      wrong("contrast of {} is {:.10g}, but {:.10g} is right", where, got_deviation, deviation);

    std::vector<double> want, rebuilt;
    for (const float v : x) want.push_back((v - sum / m) / deviation);
    Array<float> x_hat(x.size());
    norm(c, hw, x.data(), eps, x_hat.data());
    expect_all("x_hat", x_hat, want, 1e-5, where);
    for (const float v : x_hat.span()) rebuilt.push_back(v * got_deviation + got_mean);
    expect_all("x_hat * contrast + brightness", rebuilt, x, 1e-5, where);
    return std::vector<double>(x_hat.span().begin(), x_hat.span().end());
  };

  judge_image(1, {1, 3}, 1e-9, "the image 1, 3");
  judge_image(2, {1, 3, 10, 12}, 1e-9, "2 channels: 1, 3 and 10, 12");
  judge_image(1, {5}, 1e-5, "the image 5 of one pixel");
  judge_image(3, std::vector<float>(12, -2.5f), 1e-5, "12 elements of -2.5");
  judge_image(2, std::vector<float>(8, 0), 1e-5, "8 elements of 0");
  judge_image(3, numbers(48, 1, 0.4999, 0.5001), 1e-5, "3 channels of 16 pixels, from 0.4999 to 0.5001");
  judge_image(3, numbers(3072, 2, 999, 1001), 1e-5, "3 channels of 1024 pixels, from 999 to 1001");

  for (const double eps : {1e-9, 1e-5, 1e-2})
    for (const auto& [c, hw] : {std::pair{1, 2}, {3, 1}, {4, 7}, {3, 1024}}) {
      const auto x = numbers(static_cast<std::size_t>(c * hw), 3);
      std::vector<float> other;
      for (const float v : x) other.push_back(3 * v + 7);
      const std::string sizes = fmt::format("{} channel{} of {} pixel{}, eps {}", c, c == 1 ? "" : "s", hw,
                                            hw == 1 ? "" : "s", eps);
      const auto y = judge_image(c, x, eps, sizes);
      const auto y_of_other = judge_image(c, other, eps, "3*x + 7, " + sizes);
      const double deviation = deviation_of(c, hw, x.data(), eps);
      expect_all("x_hat of 3*x + 7", y_of_other, y, 1e-5 + eps / (deviation * deviation - eps), sizes);
    }
}
