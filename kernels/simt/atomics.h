// CUDA's atomic functions, relaxed as they are on a GPU: each returns what stood there before. Blocks run on
// several OS threads, so they are atomic in earnest, and a floating-point sum has no fixed order here either.
//
// Declared here and instantiated in atomics.cpp, for two reasons: the list of types is CUDA's, and the
// profiler (counting/) must see one call, not the accesses of a loop.
#pragma once

#include <type_traits>

namespace norma::simt {

// T is int, unsigned, unsigned long long, float or double for Add and Exch, …
template <class T>
T atomicAdd(T* address, std::type_identity_t<T> value);
template <class T>
T atomicExch(T* address, std::type_identity_t<T> value);

// … and int, unsigned, long long or unsigned long long for these.
template <class T>
T atomicSub(T* address, std::type_identity_t<T> value);
template <class T>
T atomicMin(T* address, std::type_identity_t<T> value);
template <class T>
T atomicMax(T* address, std::type_identity_t<T> value);
template <class T>
T atomicAnd(T* address, std::type_identity_t<T> value);
template <class T>
T atomicOr(T* address, std::type_identity_t<T> value);
template <class T>
T atomicXor(T* address, std::type_identity_t<T> value);
/// Stores `value` where `expected` stood.
template <class T>
T atomicCAS(T* address, std::type_identity_t<T> expected, std::type_identity_t<T> value);

/// Orders the memory accesses of this thread, as the block sees them, or the whole grid.
void __threadfence_block();
void __threadfence();

}  // namespace norma::simt
