#include "docs/course/10-merge/exercise.h"

Part merge(Part a, Part b) {
  // Your code. This has the right count only.
  return {.count = a.count + b.count, .mean = a.mean, .squares = a.squares};
}
