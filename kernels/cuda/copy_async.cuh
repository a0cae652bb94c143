// Copies from global to shared memory that a thread starts and does not wait for (cp.async), and the loop in
// two stages that they make possible: the next tile is under way while this one is multiplied.
//
//            copy tile 0 ─▶ wait ─▶ multiply 0 ─▶ copy tile 1 ─▶ wait ─▶ multiply 1 ─▶ …         one stage
//
//            copy tile 0 ─▶ copy tile 1 ──────────▶ copy tile 2 ──────────▶ …                   two stages
//                           wait for 0 ─▶ multiply 0 ─▶ wait for 1 ─▶ multiply 1 ─▶ …
//
// No number passes through a register on its way, so that registers do not limit how many are under way.
// Before compute capability 8.0 a copy is a load and a store.
//
// REQUIRES a barrier of the block after the wait, before other threads read what this one has brought
#pragma once

#include <type_traits>

#include "kernels/cuda/cuda.h"

namespace norma::NORMA_EXECUTOR {

/// What a copy brings: the number at this address of global memory, which must be valid, or zero.
template <class T>
struct Element {
  const T* address;
  bool exists;
};

template <class T>
__device__ __forceinline__ void copy_async(T* to, const Element<std::type_identity_t<T>>& from) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8, "cp.async copies 4, 8 or 16 bytes");
#ifndef __CUDACC__
  detail::cp_async(to, from.address, sizeof(T), !from.exists);
#elif __CUDA_ARCH__ >= 800
  const unsigned shared = static_cast<unsigned>(__cvta_generic_to_shared(to)),
                 bytes = from.exists ? sizeof(T) : 0;
  asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;"
               :
               : "r"(shared), "l"(from.address), "n"(sizeof(T)), "r"(bytes)
               : "memory");
#else
  *to = from.exists ? *from.address : T{0};
#endif
}

/// Ends a group of copies, which may be empty.
__device__ __forceinline__ void end_group_of_copies() {
#ifndef __CUDACC__
  detail::cp_async_commit_group();
#elif __CUDA_ARCH__ >= 800
  asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}

/// Waits until all groups of this thread have arrived but the last `Pending` ones.
template <int Pending>
__device__ __forceinline__ void wait_for_copies() {
#ifndef __CUDACC__
  detail::cp_async_wait_group(Pending);
#elif __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_group %0;" : : "n"(Pending) : "memory");
#endif
}

/// Calls copy(at) for at = 0 … Count − 1, each by one of the block's threads (blockDim.x = Threads).
template <int Count, int Threads, class Copy>
__device__ __forceinline__ void share_copies(const Copy& copy) {
#pragma unroll
  for (int first = 0; first < Count; first += Threads)
    if (const int at = first + static_cast<int>(threadIdx.x); first + Threads <= Count || at < Count)
      copy(at);
}

/// Calls bring(i, stage) and use(i, stage) for i = begin, begin + step, … below end; tile i + step is under
/// way while tile i is used. Every thread of the block must call it.
template <class Bring, class Use>
__device__ __forceinline__ void in_two_stages(int begin, int end, int step, const Bring& bring,
                                              const Use& use) {
  int stage = 0;
  if (begin < end) bring(begin, stage);
  end_group_of_copies();
  for (int i = begin; i < end; i += step) {
    if (i + step < end) bring(i + step, stage ^ 1);
    end_group_of_copies();
    wait_for_copies<1>();
    __syncthreads();
    use(i, stage);
    __syncthreads();  // before the stage is overwritten
    stage ^= 1;
  }
}

}  // namespace norma::NORMA_EXECUTOR
