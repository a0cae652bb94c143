#include "kernels/simt/shared_memory.h"

#include <algorithm>
#include <cstdint>

#include "core/error.h"
#include "kernels/cuda/launch.h"
#include "kernels/simt/sanitizer.h"

namespace norma::simt {
namespace {

constexpr std::size_t red_zone = 256;
constexpr unsigned char red = 0xA5;
constexpr unsigned char uninitialised = 0xFF;
constexpr std::size_t arena_bytes = shared_bytes_at_most + 128 * (red_zone + 16);

/// The next offset aligned to `alignment` but, below 16, not to 16.
constexpr std::size_t align(std::size_t offset, std::size_t alignment) {
  const std::size_t step = std::max<std::size_t>(alignment, 16);
  return (offset + step - 1) / step * step + (alignment < 16 ? 8 : 0);
}

}  // namespace

struct alignas(128) SharedMemory::Arena {
  unsigned char bytes[arena_bytes];
};

SharedMemory::SharedMemory() : arena_(std::make_unique<Arena>()) {
  sanitizer::forbid(arena_->bytes, arena_bytes);
}

SharedMemory::~SharedMemory() { sanitizer::permit(arena_->bytes, arena_bytes); }

void SharedMemory::begin_block(std::size_t dynamic_bytes) {
  sanitizer::forbid(arena_->bytes, arena_bytes);
  entries_.clear();
  end_ = static_bytes_ = 0;
  allocate(nullptr, dynamic_bytes, 16);
}

void* SharedMemory::dynamic() {
  if (entries_.front().bytes == 0)
    fail("the kernel asks for dynamic shared memory but was launched with shared_bytes = 0");
  return arena_->bytes + entries_.front().begin;
}

void* SharedMemory::variable(const SharedSite& site) {
  for (const Entry& entry : entries_)
    if (entry.site == &site) return arena_->bytes + entry.begin;
  static_bytes_ += site.bytes;
  if (static_bytes_ > shared_bytes_by_default)
    fail("with {} a block has {} bytes of static shared memory, more than the {} that there are", site.name,
         static_bytes_, shared_bytes_by_default);
  if (static_bytes_ + entries_.front().bytes > shared_bytes_at_most)
    fail("with {} a block has {} bytes of shared memory, more than the {} that there are", site.name,
         static_bytes_ + entries_.front().bytes, shared_bytes_at_most);
  return allocate(&site, site.bytes, site.alignment);
}

void* SharedMemory::allocate(const SharedSite* site, std::size_t bytes, std::size_t alignment) {
  const std::size_t begin = align(end_ + red_zone, alignment), end = begin + bytes;
  if (end + red_zone > arena_bytes) fail("a block has too many shared variables: {}", entries_.size());
  unsigned char* const arena = arena_->bytes;
  sanitizer::permit(arena + end_, end + red_zone - end_);
  std::fill(arena + end_, arena + begin, red);
  std::fill(arena + begin, arena + end, uninitialised);
  std::fill(arena + end, arena + end + red_zone, red);
  sanitizer::forbid(arena + end_, begin - end_);
  sanitizer::forbid(arena + end, red_zone);
  entries_.push_back({site, begin, bytes});
  end_ = end;
  return arena + begin;
}

bool SharedMemory::contains(const void* address) const {
  const auto offset =
      reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(arena_->bytes);
  return offset < arena_bytes;
}

std::string SharedMemory::damage() const {
  if (sanitizer::present) return {};  // it has stopped at the access; and a red zone cannot be read
  const unsigned char* const arena = arena_->bytes;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const std::size_t end = entries_[i].begin + entries_[i].bytes;
    const std::size_t zone_end = i + 1 < entries_.size() ? entries_[i + 1].begin : end + red_zone;
    const auto* written =
        std::find_if(arena + end, arena + zone_end, [](unsigned char b) { return b != red; });
    if (written == arena + zone_end) continue;
    const auto beyond = written - (arena + end);
    if (entries_[i].site == nullptr)
      return fmt::format("a thread wrote {} bytes beyond the end of the {} bytes of dynamic shared memory",
                         beyond, entries_[i].bytes);
    const SharedSite& site = *entries_[i].site;
    return fmt::format("a thread wrote {} bytes beyond the end of the shared variable {} ({} bytes, {}:{})",
                       beyond, site.name, site.bytes, site.file, site.line);
  }
  return {};
}

}  // namespace norma::simt
