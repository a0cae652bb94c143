#include "kernels/random/dropout.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/random/dropout_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

constexpr std::int64_t words_at_once = 128;

// Words 4·first … of the sequence.
#if HWY_TARGET == HWY_SCALAR
void random_words(const RandomSequence& random, std::uint64_t first, std::uint32_t* words) {
  for (std::int64_t at = 0; at < words_at_once; at += 4)
    std::ranges::copy(random.block(first + static_cast<std::uint64_t>(at / 4)), words + at);
}
#else
// Philox on vectors: a 64-bit lane is a block. The four words of its counter are in the lower halves of four
// vectors, because MulEven multiplies only those, 32 by 32 to 64 bits. The upper halves are ignored.
void random_words(const RandomSequence& random, std::uint64_t first, std::uint32_t* words) {
  const hn::ScalableTag<std::uint64_t> d;
  const hn::Repartition<std::uint32_t, decltype(d)> d32;
  const auto multiply = [&](auto counter, std::uint64_t factor) HWY_ATTR {
    return hn::MulEven(hn::BitCast(d32, counter), hn::BitCast(d32, hn::Set(d, factor)));
  };
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto lane = hn::Iota(d, 0);
  for (std::int64_t at = 0; at < words_at_once; at += 4 * lanes) {
    auto c0 = hn::Add(hn::Set(d, first + static_cast<std::uint64_t>(at / 4)), lane);
    auto c1 = hn::ShiftRight<32>(c0), c2 = hn::Set(d, random.stream), c3 = hn::Set(d, random.step);
    auto key0 = static_cast<std::uint32_t>(random.seed), key1 = static_cast<std::uint32_t>(random.seed >> 32);
    for (int round = 0; round < 10; ++round, key0 += 0x9E3779B9u, key1 += 0xBB67AE85u) {  // philox4x32()
      const auto product0 = multiply(c0, 0xD2511F53), product1 = multiply(c2, 0xCD9E8D57);
      c0 = hn::Xor3(hn::ShiftRight<32>(product1), c1, hn::Set(d, key0));
      c2 = hn::Xor3(hn::ShiftRight<32>(product0), c3, hn::Set(d, key1));
      c1 = product1;
      c3 = product0;
    }
    const auto lower = hn::Set(d, 0xFFFFFFFFu);
    hn::StoreInterleaved2(hn::Or(hn::And(c0, lower), hn::ShiftLeft<32>(c1)),
                          hn::Or(hn::And(c2, lower), hn::ShiftLeft<32>(c3)), d,
                          reinterpret_cast<std::uint64_t*>(words + at));
  }
}
#endif

// One draw per element. `begin` is a multiple of 4. Words are drawn four at a time, so those of a `first`
// that is no multiple of 4 begin later in their block.
template <class T>
void drop_elements(const DropElements<T>& a, std::int64_t begin, std::int64_t end) {
  const T scale = static_cast<T>(dropout_scale(a.p));
  const auto kept_from =
      static_cast<std::uint32_t>(std::ceil(a.p * 0x1p24));  // of the 24 bits of to_uniform()
  HWY_ALIGN std::uint32_t drawn[2 * words_at_once];
  const std::int64_t late = a.first % 4;
  const std::uint32_t* const words = drawn + late;
  for (std::int64_t at = begin; at < end; at += words_at_once) {
    const auto block = static_cast<std::uint64_t>((a.first + at) / 4);
    random_words(a.random.now(), block, drawn);
    if (late > 0) random_words(a.random.now(), block + words_at_once / 4, drawn + words_at_once);
    const T* HWY_RESTRICT x = a.x + at;
    T* HWY_RESTRICT y = a.y + at;
    const auto drop = [&](std::int64_t i) HWY_ATTR {
      const T kept = x[i] * scale;
      y[i] = (words[i] >> 8) >= kept_from ? kept : T{0};
    };
    if (at + words_at_once <= end)
      for (std::int64_t i = 0; i < words_at_once; ++i) drop(i);
    else
      for (std::int64_t i = 0; i < end - at; ++i) drop(i);
  }
}

template <class T>
void drop_runs(const DropElements<T>& a, std::int64_t begin, std::int64_t end) {
  const T scale = static_cast<T>(dropout_scale(a.p));
  for (std::int64_t draw = begin; draw < end; ++draw) {
    const T* HWY_RESTRICT x = a.x + draw * a.run;
    T* HWY_RESTRICT y = a.y + draw * a.run;
    if (a.random.now().uniform(static_cast<std::uint64_t>(a.first + draw)) >= a.p)
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
