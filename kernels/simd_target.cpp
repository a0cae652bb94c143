#include "kernels/simd_target.h"

#include <hwy/highway.h>

namespace norma {

std::string simd_target() {
  std::int64_t best = 0;  // a smaller bit is a better target
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets())
    if (best == 0 || target < best) best = target;
  return hwy::TargetName(best);
}

void disable_avx512() { hwy::DisableTargets(HWY_AVX3 | HWY_AVX3_DL); }

}  // namespace norma
