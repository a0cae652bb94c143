// Unusual shapes for convolution.
#pragma once

#include <vector>

#include "core/shape.h"
#include "layers/functional/size2.h"

namespace norma::test {

struct ConvCase {
  Shape x, weight;
  Size2 stride = 1, padding = 0, dilation = 1;
  std::int64_t groups = 1;
};

inline const std::vector<ConvCase> conv_cases = {
    {{1, 1, 1, 1}, {1, 1, 1, 1}},
    {{2, 3, 5, 7}, {4, 3, 3, 3}, 1, 1},
    {{1, 2, 4, 4}, {3, 2, 3, 3}},
    {{3, 5, 3, 3}, {10, 5, 1, 1}},
    {{1, 31, 2, 2}, {9, 31, 1, 1}},
    {{2, 1, 8, 8}, {33, 1, 3, 3}, 1, 1},
    {{1, 3, 9, 6}, {2, 3, 3, 2}, {2, 1}, {1, 0}},
    {{2, 2, 7, 7}, {3, 2, 3, 3}, 2, 1},
    {{2, 3, 8, 8}, {4, 3, 1, 1}, 2},
    {{1, 2, 6, 5}, {2, 2, 5, 5}, 1, 2},
    {{1, 2, 3, 3}, {2, 2, 3, 3}, 1, 4},  // padding beyond the kernel: backward data cuts off
    {{1, 2, 5, 7}, {2, 2, 2, 2}, 2, 3},  // the same with stride 2
    {{1, 1, 11, 1}, {2, 1, 4, 1}, {3, 1}},
    {{1, 2, 1, 13}, {1, 2, 1, 3}, {1, 2}, {0, 1}},
    // Dilation: the rows and columns between the taps are skipped.
    {{2, 3, 9, 8}, {4, 3, 3, 3}, 1, 2, 2},
    {{1, 2, 9, 11}, {3, 2, 3, 2}, {2, 1}, {1, 2}, {2, 3}},
    {{1, 2, 7, 7}, {2, 2, 3, 3}, 1, 5, 2},  // backward data cuts off
    {{2, 9, 6, 5}, {3, 9, 2, 1}, 2, 1, {3, 1}},
    // Groups.
    {{2, 4, 5, 6}, {6, 2, 3, 3}, 1, 1, 1, 2},
    {{3, 6, 3, 3}, {3, 2, 1, 1}, 1, 0, 1, 3},
    {{1, 4, 7, 5}, {4, 2, 3, 3}, 2, 1, 2, 2},
    // Depthwise: as many outputs, more of them, a stride, a dilation, a kernel that is not 3×3, cut off.
    {{2, 5, 6, 7}, {5, 1, 3, 3}, 1, 1, 1, 5},
    {{2, 2, 5, 40}, {6, 1, 3, 3}, 1, 1, 1, 2},
    {{1, 3, 9, 9}, {3, 1, 3, 3}, 2, 1, 1, 3},
    {{1, 2, 9, 21}, {4, 1, 3, 3}, 1, {2, 3}, {2, 3}, 2},
    {{2, 3, 8, 7}, {3, 1, 5, 2}, {1, 2}, {2, 0}, 1, 3},
    {{1, 2, 3, 3}, {2, 1, 3, 3}, 1, 4, 1, 2},
    {{1, 2, 5, 7}, {2, 1, 2, 2}, 2, 3, 1, 2},  // with stride 2
    {{2, 3, 6, 21}, {3, 1, 3, 3}, 1, {1, 3}, {1, 3}, 3},
    {{2, 2, 9, 20}, {4, 1, 3, 3}, {2, 1}, 1, 1, 2},
};

}  // namespace norma::test
