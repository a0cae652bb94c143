#include "docs/course/27-hunt-evaluation/exercise.h"

#include <cmath>

namespace {

// One channel of a batch [n, c, hw].
struct Channel {
  std::int64_t n, c, hw, channel;

  // use(i) for each element, which is x[i].
  template <class Use>
  void for_each(const Use& use) const {
    for (std::int64_t image = 0; image < n; ++image)
      for (std::int64_t i = 0; i < hw; ++i) use((image * c + channel) * hw + i);
  }
  double count() const { return static_cast<double>(n * hw); }

  double mean(const float* x) const {
    double sum = 0;
    for_each([&](std::int64_t i) { sum += x[i]; });
    return sum / count();
  }
  // Σ (x − center)²
  double squares(const float* x, double center) const {
    double sum = 0;
    for_each([&](std::int64_t i) { sum += (x[i] - center) * (x[i] - center); });
    return sum;
  }
  void normalize(const float* x, double mean, double var, double eps, float* y) const {
    const double rstd = 1 / std::sqrt(var + eps);
    for_each([&](std::int64_t i) { y[i] = static_cast<float>((x[i] - mean) * rstd); });
  }
};

// Moves the average of the batches before towards the newest one.
void update(float& average, double newest, std::int64_t before) {
  average += static_cast<float>((newest - average) / static_cast<double>(before + 1));
}

}  // namespace

void train_step(std::int64_t n, std::int64_t c, std::int64_t hw, const float* x, double eps,
                std::int64_t before, float* running_mean, float* running_var, float* y) {
  for (std::int64_t channel = 0; channel < c; ++channel) {
    const Channel batch{n, c, hw, channel};
    const double mean = batch.mean(x), var = batch.squares(x, mean) / batch.count();
    batch.normalize(x, mean, var, eps, y);

    update(running_mean[channel], mean, before);
    const double unbiased = batch.squares(x, running_mean[channel]) / (batch.count() - 1);
    update(running_var[channel], unbiased, before);
  }
}

void evaluate(std::int64_t n, std::int64_t c, std::int64_t hw, const float* x, double eps,
              const float* running_mean, const float* running_var, float* y) {
  for (std::int64_t channel = 0; channel < c; ++channel)
    Channel{n, c, hw, channel}.normalize(x, running_mean[channel], running_var[channel], eps, y);
}
