// The memory of the CPU, for the pool.
#pragma once

#include <cstddef>

namespace norma::host_memory {

/// 64-byte aligned; large blocks on huge pages, where the system has them. nullptr where the system has no
/// more.
void* allocate(std::size_t bytes);
void free(void* block);

}  // namespace norma::host_memory
