// Which instruction set the CPU kernels use on this machine.
#pragma once

#include <string>
#include <vector>

namespace norma {

/// "AVX3" (AVX-512), "AVX2", "NEON", …: the best that was compiled in, that this processor has, and that
/// limit_simd() allows.
std::string simd_target();
/// All that could be used here, the best first.
std::vector<std::string> simd_targets();
/// From now on the kernels use this instruction set or an older one, as on a processor that has no better
/// one. Throws UsageError, with the possible names, for any other name. Do not call it while kernels run.
void limit_simd(const std::string& name);

}  // namespace norma
