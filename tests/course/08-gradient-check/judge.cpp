#include "tests/course/judge.h"
#include "docs/course/08-gradient-check/exercise.h"

using namespace norma::course;

namespace {

double scale = 1;  // the size of the numbers in x

double weight(std::int64_t i) { return 1 + 0.5 * std::sin(3.0 * static_cast<double>(i) + 1); }

// The norm of a set, and L = Σ weight·(x̂ + sin(x̂)).
struct Norm {
  std::vector<double> xhat, g;
  double rstd = 0, loss = 0;

  Norm(const double* x, std::int64_t m) {
    const double count = static_cast<double>(m), eps = 0.01 * scale * scale;
    double mean = 0, squares = 0;
    for (std::int64_t i = 0; i < m; ++i) mean += x[i] / count;
    for (std::int64_t i = 0; i < m; ++i) squares += (x[i] - mean) * (x[i] - mean);
    rstd = 1 / std::sqrt(squares / count + eps);
    for (std::int64_t i = 0; i < m; ++i) {
      const double h = (x[i] - mean) * rstd;
      xhat.push_back(h);
      g.push_back(weight(i) * (1 + std::cos(h)));
      loss += weight(i) * (h + std::sin(h));
    }
  }
  void backward(double* dx, bool mean_term = true, bool variance_term = true) const {
    const double m = static_cast<double>(g.size());
    double sum_g = 0, sum_gx = 0;
    for (std::size_t i = 0; i < g.size(); ++i) sum_g += g[i], sum_gx += g[i] * xhat[i];
    for (std::size_t i = 0; i < g.size(); ++i)
      dx[i] = rstd * (g[i] - (mean_term ? sum_g / m : 0) - (variance_term ? xhat[i] * sum_gx / m : 0));
  }
};
double norm_forward(const double* x, std::int64_t m) { return Norm(x, m).loss; }
void norm_backward(const double* x, std::int64_t m, double* dx) { Norm(x, m).backward(dx); }
void norm_no_mean_term(const double* x, std::int64_t m, double* dx) { Norm(x, m).backward(dx, false); }
void norm_no_variance_term(const double* x, std::int64_t m, double* dx) {
  Norm(x, m).backward(dx, true, false);
}

// A curve without coupling between the elements: L = Σ weight·exp(x / scale).
double exp_forward(const double* x, std::int64_t m) {
  double loss = 0;
  for (std::int64_t i = 0; i < m; ++i) loss += weight(i) * std::exp(x[i] / scale);
  return loss;
}
void exp_backward(const double* x, std::int64_t m, double* dx) {
  for (std::int64_t i = 0; i < m; ++i) dx[i] = weight(i) * std::exp(x[i] / scale) / scale;
}

// Right gradients, and then one thing is changed.
template <Backward right>
void factor(const double* x, std::int64_t m, double* dx) {
  right(x, m, dx);
  for (std::int64_t i = 0; i < m; ++i) dx[i] *= 1.01;
}
template <Backward right>
void sign(const double* x, std::int64_t m, double* dx) {
  right(x, m, dx);
  dx[m - 1] = -dx[m - 1];
}
template <Backward right>
void nan_in_one(const double* x, std::int64_t m, double* dx) {
  right(x, m, dx);
  dx[m / 2] = NAN;
}
void zeros(const double*, std::int64_t m, double* dx) { std::fill(dx, dx + m, 0.0); }

}  // namespace

COURSE_JUDGE(8) {
  auto* const check = learner<decltype(gradient_is_right)>("gradient_is_right");
  const auto judge_point = [&](std::int64_t m) {
    std::vector<double> x;
    for (const float v : numbers(static_cast<std::size_t>(m), 1, -1, 1)) x.push_back(v * scale);
    x.back() = scale;
    if (m > 2) x[1] = 0;
    const auto expect_answer = [&](const std::string& what, Forward forward, Backward backward, bool want) {
      if (check(forward, backward, x.data(), m) != want)
        wrong("{} is {}, but gradient_is_right returns {} (the numbers in x are of size {:g}, m = {})", what,
              want ? "right" : "wrong", !want, scale, m);
    };
    expect_answer("the backward of Σ weight·exp(x)", exp_forward, exp_backward, true);
    expect_answer("the backward of Σ weight·exp(x), times 1.01,", exp_forward, factor<exp_backward>, false);
    expect_answer("the backward of Σ weight·exp(x) with the wrong sign of the last element", exp_forward,
                  sign<exp_backward>, false);
    expect_answer("the backward of Σ weight·exp(x) with NaN in one element", exp_forward,
                  nan_in_one<exp_backward>, false);
    expect_answer("a backward that writes only zeros", exp_forward, zeros, false);
    if (m < 3) return;  // a norm of one or two elements has hardly a gradient
    expect_answer("the backward of a norm", norm_forward, norm_backward, true);
    expect_answer("the backward of a norm, times 1.01,", norm_forward, factor<norm_backward>, false);
    expect_answer("the backward of a norm with the wrong sign of the last element", norm_forward,
                  sign<norm_backward>, false);
    expect_answer("the backward of a norm without the term through the mean", norm_forward, norm_no_mean_term,
                  false);
    expect_answer("the backward of a norm without the term through the variance", norm_forward,
                  norm_no_variance_term, false);
    expect_answer("the backward of a norm with NaN in one element", norm_forward, nan_in_one<norm_backward>,
                  false);
  };
  for (const double s : {1.0, 1e-6, 1e6, 1e-3, 1e3}) {
    scale = s;
    for (const std::int64_t m : {1, 2, 5, 64}) judge_point(m);
  }
}
