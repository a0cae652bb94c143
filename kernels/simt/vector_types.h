// float2, float4, int4 … with the alignment that CUDA gives them, and their make_… functions. A misaligned
// float4, which traps on a GPU, is reported by UndefinedBehaviorSanitizer here.
#pragma once

namespace norma::simt {

#define NORMA_VECTOR_2(Element, Name)        \
  struct alignas(2 * sizeof(Element)) Name { \
    Element x, y;                            \
  };                                         \
  constexpr Name make_##Name(Element x, Element y) { return {x, y}; }

#define NORMA_VECTOR_4(Element, Name)        \
  struct alignas(4 * sizeof(Element)) Name { \
    Element x, y, z, w;                      \
  };                                         \
  constexpr Name make_##Name(Element x, Element y, Element z, Element w) { return {x, y, z, w}; }

NORMA_VECTOR_2(float, float2)
NORMA_VECTOR_2(double, double2)
NORMA_VECTOR_2(int, int2)
NORMA_VECTOR_2(unsigned, uint2)
NORMA_VECTOR_2(long long, longlong2)
NORMA_VECTOR_4(float, float4)
NORMA_VECTOR_4(int, int4)
NORMA_VECTOR_4(unsigned, uint4)
NORMA_VECTOR_4(unsigned char, uchar4)

#undef NORMA_VECTOR_2
#undef NORMA_VECTOR_4

}  // namespace norma::simt
