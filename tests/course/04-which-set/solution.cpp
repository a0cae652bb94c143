#include "docs/course/04-which-set/exercise.h"

std::int64_t batch_norm_set(Shape, Element e) { return e.c; }
std::int64_t layer_norm_set(Shape, Element e) { return e.n; }
std::int64_t instance_norm_set(Shape shape, Element e) { return e.n * shape.c + e.c; }
std::int64_t group_norm_set(Shape shape, std::int64_t groups, Element e) {
  return e.n * groups + e.c / (shape.c / groups);
}
std::int64_t pixel_norm_set(Shape shape, Element e) { return e.n * shape.hw + e.i; }
