// RMS norm by its definition: the set is an image, contiguous in memory, and its mean is taken to be 0.
#include "kernels/norm/rms_norm.h"
#include "kernels/norm/set_ref.h"

namespace norma::reference {

template <class T>
void rms_norm_forward(const RmsNormForward<T>& a) {
  const Elements<T> elements{a.x, a.weight, nullptr, a.after, a.hw};
  const std::int64_t m = a.c * a.hw;
  for (std::int64_t image = 0; image < a.n; ++image) {
    const auto at = [&](std::int64_t i) { return image * m + i; };
    double squares = 0;
    for (std::int64_t i = 0; i < m; ++i) squares += double{a.x[at(i)]} * a.x[at(i)];
    a.rrms[image] = 1 / std::sqrt(squares / static_cast<double>(m) + a.eps);
    normalize(
        m, at, [&](std::int64_t i) { return i / a.hw; }, 0, a.rrms[image], elements, a.y);
  }
}

template <class T>
void rms_norm_backward(const RmsNormBackward<T>& a) {
  const Elements<T> e{a.x, a.weight, nullptr, a.after, a.hw};
  const std::int64_t m = a.c * a.hw;
  std::vector<double> dweight(static_cast<std::size_t>(a.c));
  for (std::int64_t image = 0; image < a.n; ++image) {
    const std::int64_t first = image * m;
    const auto xhat_at = [&](std::int64_t i) { return a.x[first + i] * a.rrms[image]; };
    const auto dz_at = [&](std::int64_t i) {
      return follow_back(a.after, (first + i) / a.hw, e.z(xhat_at(i), i / a.hw), a.dy[first + i]);
    };
    double sum = 0;  // of dz·weight·x̂
    for (std::int64_t i = 0; i < m; ++i) {
      sum += dz_at(i) * e.weight_at(i / a.hw) * xhat_at(i);
      dweight[static_cast<std::size_t>(i / a.hw)] += dz_at(i) * xhat_at(i);
    }
    for (std::int64_t i = 0; a.dx != nullptr && i < m; ++i) {
      const double g = dz_at(i) * e.weight_at(i / a.hw);
      a.dx[first + i] = static_cast<T>(a.rrms[image] * (g - xhat_at(i) * sum / static_cast<double>(m)));
    }
  }
  write(dweight, a.dweight);
}

NORMA_INSTANTIATE(rms_norm_forward, RmsNormForward)
NORMA_INSTANTIATE(rms_norm_backward, RmsNormBackward)

}  // namespace norma::reference
