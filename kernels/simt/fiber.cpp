#include "kernels/simt/fiber.h"

#include <sys/mman.h>
#include <unistd.h>

#include <boost/context/detail/fcontext.hpp>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "core/error.h"
#include "kernels/simt/sanitizer.h"

namespace norma::simt {
namespace {

namespace context = boost::context::detail;

constexpr std::size_t least_stack_bytes = (sanitizer::present ? 512 : 128) * 1024;

std::size_t page_bytes() {
  static const auto bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

}  // namespace

struct Fiber::Hop {
  Fiber* from;
  Fiber* to;
};

Fiber::Fiber(std::size_t number, Entry entry, void* argument) : entry_(entry), argument_(argument) {
  // An odd number of pages: equal depths of neighbouring stacks then lie in different sets of the cache.
  const std::size_t page = page_bytes();
  size_ = (least_stack_bytes / page | 1) * page;
  mapping_bytes_ = page + size_;
  mapping_ = mmap(nullptr, mapping_bytes_, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
  if (mapping_ == MAP_FAILED || mprotect(mapping_, page, PROT_NONE) != 0) {
    const int reason = errno;
    if (mapping_ != MAP_FAILED) munmap(mapping_, mapping_bytes_);
    fail("no memory for the stack of fiber {} of this thread: {}", number, std::strerror(reason));
  }
  bottom_ = static_cast<std::byte*>(mapping_) + page;
  stack_ = sanitizer::make_stack();
  const std::size_t stagger = number % 16 * 256;
  void* top = static_cast<std::byte*>(mapping_) + mapping_bytes_ - stagger;
  context_ = context::make_fcontext(top, size_ - stagger, [](context::transfer_t transfer) {
    const Hop hop = *static_cast<Hop*>(transfer.data);
    arrive(hop, transfer.fctx, nullptr);
    hop.to->entry_(hop.to->argument_);
  });
}

Fiber::~Fiber() {
  if (mapping_ == nullptr) return;
  sanitizer::end_stack(stack_);
  sanitizer::permit(bottom_, size_);  // whatever is mapped here next starts clean
  munmap(mapping_, mapping_bytes_);
}

bool Fiber::contains(const void* address) const {
  return reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(bottom_) < size_;
}

void Fiber::switch_to(Fiber& from, Fiber& to) {
  Hop hop{&from, &to};
  void* fake_stack = nullptr;
  sanitizer::leave_stack(&fake_stack, to.bottom_, to.size_);
  if (from.stack_ == nullptr) from.stack_ = sanitizer::this_stack();
  sanitizer::switch_stack(to.stack_);
  const auto transfer = context::jump_fcontext(to.context_, &hop);
  // Another fiber, perhaps long after, has switched back here.
  arrive(*static_cast<Hop*>(transfer.data), transfer.fctx, fake_stack);
}

/// On the new stack: notes where the old one was left.
void Fiber::arrive(const Hop& hop, void* left_at, void* fake_stack) {
  const void* bottom = nullptr;
  std::size_t size = 0;
  sanitizer::enter_stack(fake_stack, &bottom, &size);
  hop.from->context_ = left_at;
  if (hop.from->mapping_ == nullptr) hop.from->bottom_ = bottom, hop.from->size_ = size;
}

Fiber* FiberPool::take() {
  if (free_.empty()) {
    all_.push_back(std::make_unique<Fiber>(all_.size(), entry_, argument_));
    return all_.back().get();
  }
  Fiber* fiber = free_.back();
  free_.pop_back();
  return fiber;
}

}  // namespace norma::simt
