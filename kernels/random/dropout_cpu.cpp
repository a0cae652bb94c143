#include "kernels/random/dropout.h"

#include <algorithm>
#include "core/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/random/dropout_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

constexpr int blocks_at_once =
    16;  // Philox blocks side by side, so that the compiler's vectors run across them

// Words 4·first … of the sequence: word[k][b] is word k of block first + b.
void random_blocks(const RandomSequence& random, std::uint64_t first,
                   std::uint32_t (&word)[4][blocks_at_once]) {
  auto& [c0, c1, c2, c3] = word;
  for (int b = 0; b < blocks_at_once; ++b) {
    c0[b] = static_cast<std::uint32_t>(first + b);
    c1[b] = static_cast<std::uint32_t>((first + b) >> 32);
    c2[b] = random.stream;
    c3[b] = random.step;
  }
  auto key0 = static_cast<std::uint32_t>(random.seed), key1 = static_cast<std::uint32_t>(random.seed >> 32);
  for (int round = 0; round < 10; ++round, key0 += 0x9E3779B9u, key1 += 0xBB67AE85u)
    for (int b = 0; b < blocks_at_once; ++b) {  // one round of philox4x32() in core/random.h
      const std::uint64_t product0 = std::uint64_t{0xD2511F53} * c0[b],
                          product1 = std::uint64_t{0xCD9E8D57} * c2[b];
      c0[b] = static_cast<std::uint32_t>(product1 >> 32) ^ c1[b] ^ key0;
      c2[b] = static_cast<std::uint32_t>(product0 >> 32) ^ c3[b] ^ key1;
      c1[b] = static_cast<std::uint32_t>(product1);
      c3[b] = static_cast<std::uint32_t>(product0);
    }
}

// One draw an element. `begin` is a multiple of 64.
template <class T>
void drop_elements(const DropElements<T>& a, std::int64_t begin, std::int64_t end) {
  const T scale = static_cast<T>(dropout_scale(a.p));
  std::uint32_t word[4][blocks_at_once];
  for (std::int64_t at = begin; at < end; at += 4 * blocks_at_once) {
    random_blocks(a.random, static_cast<std::uint64_t>(at / 4), word);
    const std::int64_t len = std::min<std::int64_t>(4 * blocks_at_once, end - at);
    T factor[4 * blocks_at_once];
    for (int b = 0; b < blocks_at_once; ++b)
      for (int k = 0; k < 4; ++k)
        factor[4 * b + k] = RandomSequence::to_uniform(word[k][b]) >= a.p ? scale : T{0};
    for (std::int64_t i = 0; i < len; ++i) a.y[at + i] = factor[i] == 0 ? T{0} : a.x[at + i] * factor[i];
  }
}

template <class T>
void drop_runs(const DropElements<T>& a, std::int64_t begin, std::int64_t end) {
  const T scale = static_cast<T>(dropout_scale(a.p));
  for (std::int64_t draw = begin; draw < end; ++draw) {
    const T* HWY_RESTRICT x = a.x + draw * a.run;
    T* HWY_RESTRICT y = a.y + draw * a.run;
    if (a.random.uniform(static_cast<std::uint64_t>(draw)) >= a.p)
      for (std::int64_t i = 0; i < a.run; ++i) y[i] = x[i] * scale;
    else
      std::fill_n(y, a.run, T{0});
  }
}

template <class T>
void dropout(const DropElements<T>& a) {
  if (a.run == 1)
    parallel_ranges(a.count, elementwise_grain,
                    [&](std::int64_t begin, std::int64_t end) { drop_elements(a, begin, end); });
  else
    parallel_ranges(a.count / a.run, std::max<std::int64_t>(1, elementwise_grain / a.run),
                    [&](std::int64_t begin, std::int64_t end) { drop_runs(a, begin, end); });
}

NORMA_SIMD_INSTANTIATE(dropout, DropElements)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(dropout, DropElements)
}  // namespace norma::cpu
#endif
