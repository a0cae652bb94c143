// The memory of the device simt: pages that are open only during kernels and copies (device_memory.h).
//
//   one reservation   │ block │ block │ block │ free …               │
//                     └───── opened and closed together ─────┘
//
// Blocks are cut off one after another and never given back: Storage's pool hands them out again.
#pragma once

#include <cstddef>

namespace norma::simt_memory {

/// 256-byte aligned, as cudaMalloc's. nullptr where the reservation is used up.
void* allocate(std::size_t bytes);
void free(void* block);

struct Block {
  const void* begin = nullptr;  ///< nullptr where there is none
  std::size_t bytes = 0;
};
/// The block that an address lies in. Under AddressSanitizer, which has blocks of its own, none.
Block block_of(const void* address);

}  // namespace norma::simt_memory
