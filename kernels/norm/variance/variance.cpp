#include "kernels/norm/variance/variance.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "core/error.h"
#include "core/random.h"

namespace norma {
namespace {

using Numbers = std::vector<double>;

// A number that is rounded after each operation.
struct Rounded {
  double value;
  const NumberFormat* format;
  Rounded operator+(Rounded b) const { return {format->round(value + b.value), format}; }
  Rounded operator-(Rounded b) const { return {format->round(value - b.value), format}; }
  Rounded operator*(Rounded b) const { return {format->round(value * b.value), format}; }
  Rounded operator/(Rounded b) const { return {format->round(value / b.value), format}; }
};

// Makes rounded numbers of one format.
struct In {
  const NumberFormat& format;
  Rounded operator()(double value) const { return {format.round(value), &format}; }
  Rounded operator()(std::size_t count) const { return (*this)(static_cast<double>(count)); }
};

Rounded mean_of(const Numbers& x, const In& in) {
  Rounded sum = in(0.0);
  for (const double v : x) sum = sum + in(v);
  return sum / in(x.size());
}

double squares_minus_square(const Numbers& x, const NumberFormat& acc) {
  const In in{acc};
  Rounded sum = in(0.0), squares = in(0.0);
  for (const double v : x) sum = sum + in(v), squares = squares + in(v)*in(v);
  const Rounded mean = sum / in(x.size());
  return (squares / in(x.size()) - mean * mean).value;
}

double two_pass(const Numbers& x, const NumberFormat& acc) {
  const In in{acc};
  const Rounded mean = mean_of(x, in);
  Rounded squares = in(0.0);
  for (const double v : x) squares = squares + (in(v)-mean) * (in(v)-mean);
  return (squares / in(x.size())).value;
}

// Of d = x − shift.
double around(Rounded shift, const Numbers& x, const In& in) {
  Rounded sum = in(0.0), squares = in(0.0);
  for (const double v : x) {
    const Rounded d = in(v)-shift;
    sum = sum + d;
    squares = squares + d * d;
  }
  const Rounded m = in(x.size());
  return ((squares - sum * sum / m) / m).value;
}

double shifted(const Numbers& x, const NumberFormat& acc) {
  const In in{acc};
  return around(in(x.front()), x, in);
}

double corrected_two_pass(const Numbers& x, const NumberFormat& acc) {
  const In in{acc};
  return around(mean_of(x, in), x, in);
}

double welford(const Numbers& x, const NumberFormat& acc) {
  const In in{acc};
  Rounded mean = in(0.0), squares = in(0.0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Rounded before = in(x[i]) - mean;
    mean = mean + before / in(i + 1);
    squares = squares + before * (in(x[i]) - mean);
  }
  return (squares / in(x.size())).value;
}

struct Moments {
  Rounded mean, squares;
};

// Of x[begin, end): two halves, merged.
Moments pairwise_moments(const Numbers& x, std::size_t begin, std::size_t end, const In& in) {
  if (end - begin == 1) return {in(x[begin]), in(0.0)};
  const std::size_t middle = begin + (end - begin) / 2;
  const Moments a = pairwise_moments(x, begin, middle, in), b = pairwise_moments(x, middle, end, in);
  const Rounded delta = b.mean - a.mean, m = in(end - begin);
  const Rounded share = in(end - middle) / m;
  return {a.mean + delta * share, a.squares + b.squares + delta * delta * (in(middle - begin) * share)};
}

double pairwise(const Numbers& x, const NumberFormat& acc) {
  const In in{acc};
  return (pairwise_moments(x, 0, x.size(), in).squares / in(x.size())).value;
}

// A sum that keeps what its last addition lost.
struct KahanSum {
  Rounded sum, lost;
  void add(Rounded value) {
    const Rounded corrected = value - lost, next = sum + corrected;
    lost = (next - sum) - corrected;
    sum = next;
  }
};

double kahan(const Numbers& x, const NumberFormat& acc) {
  const In in{acc};
  KahanSum sum{in(0.0), in(0.0)}, squares = sum;
  for (const double v : x) sum.add(in(v));
  const Rounded mean = sum.sum / in(x.size());
  for (const double v : x) squares.add((in(v)-mean) * (in(v)-mean));
  return (squares.sum / in(x.size())).value;
}

// The first value, then two values in turn, 1001 values in total.
Numbers alternating(double first, double a, double b) {
  Numbers values = {first};
  for (int i = 0; i < 500; ++i) values.push_back(a), values.push_back(b);
  return values;
}

}  // namespace

const std::vector<VarianceMethod>& variance_methods() {
  static const std::vector<VarianceMethod> all = {
      {"E[x²] − E[x]²", "Σ x²/M − (Σ x/M)²", squares_minus_square},
      {"two-pass", "Σ (x − mean)²/M", two_pass},
      {"shifted", "(Σ d² − (Σ d)²/M)/M with d = x − x₀", shifted},
      {"corrected two-pass", "(Σ d² − (Σ d)²/M)/M with d = x − mean", corrected_two_pass},
      {"Welford", "mean += (x − mean)/i, squares += (x − old mean)·(x − mean)", welford},
      {"pairwise", "two halves, merged: squares = a + b + δ²·Mₐ·M_b/M", pairwise},
      {"Kahan", "two-pass, with compensated sums", kahan},
  };
  return all;
}

double exact_variance(const Numbers& x) {
  const auto m = static_cast<long double>(x.size());
  long double sum = 0, squares = 0, rest = 0;
  for (const double v : x) sum += v;
  const long double mean = sum / m;
  for (const double v : x) squares += (v - mean) * (v - mean), rest += v - mean;
  return static_cast<double>((squares - rest * rest / m) / m);
}

double error_in_ulps(const VarianceMethod& method, const Numbers& x, const NumberFormat& acc) {
  const double exact = exact_variance(x), error = std::abs(method.variance(x, acc) - exact) / acc.ulp(exact);
  return std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
}

std::string FormatPair::title() const {
  return fmt::format("x in {}, sums in {}", stored->name, accumulator->name);
}

std::vector<FormatPair> format_pairs() {
  return {{&formats::float32, &formats::float32},
          {&formats::bfloat16, &formats::float32},
          {&formats::float16, &formats::float32},
          {&formats::bfloat16, &formats::bfloat16},
          {&formats::float16, &formats::float16}};
}

Numbers numbers_with_mean(double mean, std::size_t count, const NumberFormat& format) {
  const RandomSequence random{1, 0, 0};
  Numbers x;
  for (std::size_t i = 0; i < count; ++i) {  // Box and Muller
    const double u = random.uniform(2 * i) + 0x1p-25, v = random.uniform(2 * i + 1);
    x.push_back(format.round(mean + std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v)));
  }
  return x;
}

const std::vector<NumAcc>& nist_numacc() {
  static const std::vector<NumAcc> all = {
      {"NumAcc1", 10000002, 1, {10000001, 10000003, 10000002}},
      {"NumAcc2", 1.2, 0.1, alternating(1.2, 1.1, 1.3)},
      {"NumAcc3", 1000000.2, 0.1, alternating(1000000.2, 1000000.1, 1000000.3)},
      {"NumAcc4", 10000000.2, 0.1, alternating(10000000.2, 10000000.1, 10000000.3)},
  };
  return all;
}

}  // namespace norma
