// The memory of the device simt: pages of the CPU that are open only while it plays a GPU (device_memory.h).
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

}  // namespace norma::simt_memory
