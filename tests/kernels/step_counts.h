// Counts of the steps from a naive kernel to production, and the figures that their README gives.
#pragma once

namespace norma::test {

/// Within 1 % of the figure; production may also be better.
inline bool holds_figure(double counted, double figure, bool production) {
  return counted <= 1.01 * figure && (production || counted >= 0.99 * figure);
}

}  // namespace norma::test
