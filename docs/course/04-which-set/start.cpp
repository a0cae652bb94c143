#include "docs/course/04-which-set/exercise.h"

// Your code, five times.
std::int64_t batch_norm_set(Shape, Element) { return 0; }
std::int64_t layer_norm_set(Shape, Element) { return 0; }
std::int64_t instance_norm_set(Shape, Element) { return 0; }
std::int64_t group_norm_set(Shape, std::int64_t, Element) { return 0; }
std::int64_t pixel_norm_set(Shape, Element) { return 0; }
