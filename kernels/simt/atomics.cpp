#include "kernels/simt/atomics.h"

#include <atomic>

#include "kernels/simt/observer.h"

namespace norma::simt {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

/// The access to a cell in memory. Inlined, so that the observer sees the call in the kernel.
template <class T>
[[gnu::always_inline]] inline std::atomic_ref<T> cell(T* address) {
  detail::observe_access(Access::Kind::atomic, address, sizeof(T), __builtin_return_address(0));
  return std::atomic_ref<T>(*address);
}

/// Replaces the value in a cell by f(value).
template <class T, class F>
T replace(std::atomic_ref<T> cell, F f) {
  T before = cell.load(relaxed);
  while (!cell.compare_exchange_weak(before, f(before), relaxed)) {
  }
  return before;
}

}  // namespace

template <class T>
T atomicAdd(T* address, std::type_identity_t<T> value) {
  return cell(address).fetch_add(value, relaxed);
}
template <class T>
T atomicSub(T* address, std::type_identity_t<T> value) {
  return cell(address).fetch_sub(value, relaxed);
}
template <class T>
T atomicExch(T* address, std::type_identity_t<T> value) {
  return cell(address).exchange(value, relaxed);
}
template <class T>
T atomicMin(T* address, std::type_identity_t<T> value) {
  return replace(cell(address), [&](T before) { return value < before ? value : before; });
}
template <class T>
T atomicMax(T* address, std::type_identity_t<T> value) {
  return replace(cell(address), [&](T before) { return before < value ? value : before; });
}
template <class T>
T atomicAnd(T* address, std::type_identity_t<T> value) {
  return cell(address).fetch_and(value, relaxed);
}
template <class T>
T atomicOr(T* address, std::type_identity_t<T> value) {
  return cell(address).fetch_or(value, relaxed);
}
template <class T>
T atomicXor(T* address, std::type_identity_t<T> value) {
  return cell(address).fetch_xor(value, relaxed);
}
template <class T>
T atomicCAS(T* address, std::type_identity_t<T> expected, std::type_identity_t<T> value) {
  cell(address).compare_exchange_strong(expected, value, relaxed);
  return expected;
}

void __threadfence_block() { std::atomic_thread_fence(std::memory_order_seq_cst); }
void __threadfence() { std::atomic_thread_fence(std::memory_order_seq_cst); }

#define NORMA_NUMBERS(T)          \
  template T atomicAdd<T>(T*, T); \
  template T atomicExch<T>(T*, T);
#define NORMA_INTEGERS(T)         \
  template T atomicSub<T>(T*, T); \
  template T atomicMin<T>(T*, T); \
  template T atomicMax<T>(T*, T); \
  template T atomicAnd<T>(T*, T); \
  template T atomicOr<T>(T*, T);  \
  template T atomicXor<T>(T*, T); \
  template T atomicCAS<T>(T*, T, T);

NORMA_NUMBERS(int)
NORMA_NUMBERS(unsigned)
NORMA_NUMBERS(unsigned long long)
NORMA_NUMBERS(float)
NORMA_NUMBERS(double)
NORMA_INTEGERS(int)
NORMA_INTEGERS(unsigned)
NORMA_INTEGERS(long long)
NORMA_INTEGERS(unsigned long long)

}  // namespace norma::simt
