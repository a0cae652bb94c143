// Which instruction set the CPU kernels use on this machine.
#pragma once

#include <string>

namespace norma {

/// "AVX3" (AVX-512), "AVX2", "NEON", …: the best of those compiled in that this processor has.
std::string simd_target();

}  // namespace norma
