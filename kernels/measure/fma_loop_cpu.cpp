#include "kernels/measure/fma_loop.h"

#include "core/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/measure/fma_loop_cpu.cpp"
#include <hwy/foreach_target.h>

#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace norma::cpu::HWY_NAMESPACE {

template <class T>
void fma_loop(const FmaLoop<T>& args) {
  constexpr std::int64_t piece = 64;  // lanes: a whole number of vectors on every machine
  parallel_for(args.lanes / piece, [&](std::int64_t i) HWY_ATTR {
    const hn::CappedTag<T, piece> d;
    const auto a = hn::Set(d, FmaLoop<T>::a), b = hn::Set(d, FmaLoop<T>::b);
    const auto width = static_cast<std::int64_t>(hn::Lanes(d));
    for (std::int64_t lane = 0; lane < piece; lane += width) {
      hn::Vec<decltype(d)> v[fma_chains];
      for (int k = 0; k < fma_chains; ++k) v[k] = hn::Set(d, static_cast<T>(k) / 16);
      for (std::int64_t round = 0; round < args.rounds; ++round)
        for (auto& chain : v) chain = hn::MulAdd(chain, a, b);
      auto sum = v[0];
      for (int k = 1; k < fma_chains; ++k) sum = hn::Add(sum, v[k]);
      hn::StoreU(sum, d, args.out + i * piece + lane);
    }
  });
}

NORMA_SIMD_INSTANTIATE(fma_loop, FmaLoop)

}  // namespace norma::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace norma::cpu {
NORMA_SIMD_EXPORT(fma_loop, FmaLoop)
}  // namespace norma::cpu
#endif
