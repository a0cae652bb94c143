// Unusual shapes for pooling: windows of one pixel, of the whole image, incomplete, padded, overlapping, with
// gaps.
#pragma once

#include <vector>

#include "core/shape.h"
#include "layers/functional/size2.h"

namespace norma::test {

struct PoolCase {
  Shape x;
  Size2 kernel, stride = 1, padding = 0;
  bool ceil_mode = false;
};

inline const std::vector<PoolCase> pool_cases = {
    {{1, 1, 1, 1}, 1},       {{2, 3, 4, 4}, 2, 2},           {{3, 2, 6, 16}, 2, 2},
    {{2, 5, 7, 27}, 2, 2},   {{1, 2, 5, 17}, 2, 2, 0, true}, {{1, 2, 4, 64}, 2, 2},
    {{1, 2, 7, 5}, 3, 2, 1}, {{1, 2, 7, 5}, 3, 2, 1, true},  {{2, 1, 5, 8}, {2, 3}, 1},
    {{1, 1, 6, 6}, 6, 6},    {{1, 31, 3, 3}, 2, 2, 0, true}, {{1, 2, 5, 5}, 2, 3, 1, true},
    {{3, 2, 6, 6}, 3, 1, 1}, {{1, 2, 1, 9}, {1, 2}, 2},
};

}  // namespace norma::test
