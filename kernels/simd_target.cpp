#include "kernels/simd_target.h"

#include <hwy/highway.h>

namespace norma {

std::string simd_target() {
  std::int64_t best = 0;  // a smaller bit is a better target
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets())
    if (best == 0 || target < best) best = target;
  return hwy::TargetName(best);
}

}  // namespace norma
