#include "core/host_memory.h"

#include <cstdlib>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace norma::host_memory {

constexpr std::size_t huge_page = std::size_t{2} << 20;

void* allocate(std::size_t bytes) {
  const std::size_t alignment = bytes >= huge_page ? huge_page : 64;
  void* block = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
#ifdef __linux__
  if (block != nullptr && bytes >= huge_page)
    madvise(block, bytes, MADV_HUGEPAGE);  // fewer page faults; harmless where refused
#endif
  return block;
}

void free(void* block) { std::free(block); }

}  // namespace norma::host_memory
