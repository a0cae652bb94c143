// How a small array meets a large one. The large one is read as [A, B, C, D]; the small one has a number for
// each (a, c), and is repeated along B and D:
//
//   small     repeated over            A      B    C      D
//   [C]       batch and pixels         1      N    C      H·W
//   [N, C]    pixels                   1      1    N·C    H·W
//   [N]       channels and pixels      1      1    N      C·H·W
//   [N, H·W]  channels                 N      C    H·W    1
//   the same size as the large one     1      1    all    1
#pragma once

#include <cstdint>

namespace norma {

struct Repeat {
  std::int64_t a, b, c, d;

  std::int64_t large() const { return a * b * c * d; }
  std::int64_t small() const { return a * c; }
};

}  // namespace norma
