// The steps from a naive group norm in CUDA to the one that Norma uses, to be read from top to bottom;
// README.md has the counts. A step is the whole operation (group_norm.h is its contract), in a file of its
// name; tests and `bench_kernels --steps` know them by this table.
#pragma once

#include <span>

#include "kernels/norm/group_norm.h"
#include "kernels/step.h"

// clang-format off
//       name                             what it changed, and what that should give
#define NORMA_GROUP_NORM_FORWARD_STEPS(STEP) \
  STEP(forward_thread_per_set,            "the definition, one thread per set: 3 reads of x, and 32 lanes on 32 different sectors") \
  STEP(forward_block_per_set_tree,        "256 threads share a set: neighbouring threads read neighbouring elements, so 4 sectors per request, not 32; a tree in shared memory adds up, 10 barriers per sum") \
  STEP(forward_block_per_set_shuffles,    "lanes add up by shuffles: 2 barriers per sum, not 10, and 256 bytes of shared memory, not 2048") \
  STEP(forward_x_in_registers,            "x stays in registers between the passes: read once, not 3 times; 8 bytes per element, not 16") \
  STEP(forward_sixteen_byte_packs,        "16 bytes per access: a quarter of the load and store instructions") \
  STEP(group_norm_forward,                "production: 1 to 512 threads per set, depending on its size, many blocks for a large one, so that no thread and no multiprocessor idles")
#define NORMA_GROUP_NORM_BACKWARD_STEPS(STEP) \
  STEP(backward_thread_per_set,           "the definition, one thread per set for dx, one per channel for dweight: 3 reads of dy and of x, 32 sectors per request") \
  STEP(backward_block_per_set_tree,       "256 threads share a set, or a channel: 4 sectors per request, not 32; trees in shared memory add up, 10 barriers per sum") \
  STEP(backward_block_per_set_shuffles,   "lanes add up by shuffles: 2 barriers per sum, not 10, and 256 bytes of shared memory, not 2048") \
  STEP(backward_plane_sums,               "sums of each plane once, for dx and for dweight: 2 reads of dy and of x, not 3; 20 bytes per element, not 28") \
  STEP(backward_sixteen_byte_packs,       "16 bytes per access: a quarter of the load and store instructions") \
  STEP(group_norm_backward,               "production: 1 to 32 lanes per piece of a plane, of 4 KiB at most, so that neither small nor large planes leave threads idle")
// clang-format on

namespace norma {

// The last step of each is declared by group_norm.h.
#define NORMA_DECLARE_STEPS                                            \
  template <class T>                                                   \
  void forward_thread_per_set(const GroupNormForward<T>& a);           \
  template <class T>                                                   \
  void forward_block_per_set_tree(const GroupNormForward<T>& a);       \
  template <class T>                                                   \
  void forward_block_per_set_shuffles(const GroupNormForward<T>& a);   \
  template <class T>                                                   \
  void forward_x_in_registers(const GroupNormForward<T>& a);           \
  template <class T>                                                   \
  void forward_sixteen_byte_packs(const GroupNormForward<T>& a);       \
  template <class T>                                                   \
  void backward_thread_per_set(const GroupNormBackward<T>& a);         \
  template <class T>                                                   \
  void backward_block_per_set_tree(const GroupNormBackward<T>& a);     \
  template <class T>                                                   \
  void backward_block_per_set_shuffles(const GroupNormBackward<T>& a); \
  template <class T>                                                   \
  void backward_plane_sums(const GroupNormBackward<T>& a);             \
  template <class T>                                                   \
  void backward_sixteen_byte_packs(const GroupNormBackward<T>& a);

namespace simt {
NORMA_DECLARE_STEPS
}
namespace cuda {
NORMA_DECLARE_STEPS
}
#undef NORMA_DECLARE_STEPS

/// From the first to the last; T is float or double.
template <class T>
std::span<const Step<GroupNormForward<T>>> group_norm_forward_steps();
template <class T>
std::span<const Step<GroupNormBackward<T>>> group_norm_backward_steps();

}  // namespace norma
