// An explanation as text for a terminal, and as HTML for pages and notebooks.
#pragma once

#include <string>

#include "layers/explain/explanation.h"

namespace norma {

/// A table of numbers: a row per plane, a column per pixel, in units of images.
struct ExplainedTable {
  std::string name, formula;  ///< "x̂", "(x − mean)·rstd"
  const std::vector<double>* values;

  std::string heading() const;  ///< "x̂ = (x − mean)·rstd"
};

/// x, x̂, y, and with a backward pass dy, g, the parts of dx and dx, in the order in which they are computed.
std::vector<ExplainedTable> tables_of(const Explanation& e);

/// "Group norm of x [1, 4, 2, 2] in 2 groups: 2 sets of 8 elements, ε = 1e-05"
std::string headline(const Explanation& e);
/// "set a: mean 1.4375, variance 0.8398, rstd 1.0912", and with a backward pass the two sums.
std::string set_line(const Explanation& e, std::size_t set);
/// The plane of an element: "n 0 c 1".
std::string plane_of(const Explanation& e, std::int64_t element);
/// The letter of a set: a, b, …, z, aa, ab, …
std::string letter_of(std::size_t set);
/// "-0.1340", and "0.0000" for what rounds to it.
std::string four_digits(double value);

/// All tables; the letter of its set follows each number. With `colours`, sets also have a background, for
/// terminals.
std::string text_of(const Explanation& e, bool colours);
/// The same as tables with shaded cells; needs no style sheet.
std::string html_of(const Explanation& e);

}  // namespace norma
