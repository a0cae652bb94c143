#include "kernels/simt/block.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <utility>

#include "core/error.h"

namespace norma::simt {

constinit thread_local uint3 threadIdx{};
constinit thread_local uint3 blockIdx{};
constinit thread_local dim3 blockDim{};
constinit thread_local dim3 gridDim{};

constinit thread_local Observer* observer = nullptr;

namespace {

using detail::WarpOperation;
using Kind = WarpOperation::Kind;

constinit thread_local Block* running_block = nullptr;

/// While one lives, its block is the one that runs.
struct Running {
  explicit Running(Block* block) { running_block = block; }
  ~Running() { running_block = nullptr; }
};

/// Thrown through a kernel whose block has failed, to unwind its stack.
struct Abandoned {};

bool same(const Site& a, const Site& b) {
  return a.line() == b.line() && a.column() == b.column() &&
         (a.file_name() == b.file_name() || std::strcmp(a.file_name(), b.file_name()) == 0);
}

/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
constexpr std::uint64_t splitmix64(std::uint64_t z) {
  z += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

Block& block() {
  if (running_block == nullptr) fail("a function of CUDA was called outside of a kernel");
  return *running_block;
}

/// "0-3, 7, 9-31"; with more than four runs, the first four and "…".
std::string text(const ThreadSet& set) {
  std::string text;
  int runs = 0;
  for (int first = set.at_or_after(0); first != ThreadSet::none; ++runs) {
    int last = first;
    while (last + 1 < ThreadSet::capacity && set.contains(last + 1)) ++last;
    if (runs == 4) return text + ", …";
    text += fmt::format("{}{}", runs == 0 ? "" : ", ", first);
    if (last > first) text += fmt::format("-{}", last);
    first = set.at_or_after(last + 1);
  }
  return text;
}

}  // namespace

Block::Block() : pool_([](void* self) { static_cast<Block*>(self)->work(); }, this) {}

Block& Block::of_this_os_thread() {
  thread_local const std::unique_ptr<Block> block(new Block);
  return *block;
}

Block* Block::running() { return running_block; }

// ── The life of a block ────────────────────────────────────────────────────────────────────────────────────

void Block::begin(const detail::Grid& grid, const uint3& index, std::int64_t number) {
  grid_ = &grid;
  gridDim = grid.grid;
  blockDim = grid.block;
  blockIdx = index;
  count_ = static_cast<int>(grid.block.x * grid.block.y * grid.block.z);
  int t = 0;
  for (unsigned z = 0; z < grid.block.z; ++z)
    for (unsigned y = 0; y < grid.block.y; ++y)
      for (unsigned x = 0; x < grid.block.x; ++x) {
        Thread& fresh = thread(t++);
        fresh.state = State::ready;
        fresh.fiber = nullptr;
        fresh.index = {x, y, z};
      }
  live_ = ready_ = ThreadSet::first(count_);
  random_ = splitmix64(grid.schedule.seed) ^ static_cast<std::uint64_t>(number);
  failure_ = nullptr;
  abandoned_ = false;
  shared_.begin_block(grid.shared_bytes);
  if (has_copies_)
    for (AsyncCopies& copies : copies_) copies.clear();
  has_copies_ = false;
  if (observer != nullptr) observer->begin_block(number, count_);
}

void Block::run(const detail::Grid& grid, const uint3& index, std::int64_t number) {
  begin(grid, index, number);
  const Running running(this);
  current_ = grid.schedule.order == Schedule::Order::in_order ? count_ - 1 : 0;  // the first is the next
  resume(choose());
  // All threads have ended.
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  if (const std::string damage = shared_.damage(); !damage.empty()) fail("{}", damage);
  if (observer != nullptr) observer->end_block();
}

/// The endless function of every fiber.
void Block::work() {
  for (;;) {
    run_current_thread();
    const int next = choose();
    pool_.give_back(running_);
    resume(next);
  }
}

void Block::run_current_thread() {
  std::exception_ptr failure;
  try {
    grid_->thread(grid_->call);
  } catch (const Abandoned&) {
  } catch (...) {
    failure = std::current_exception();
  }
  Thread& ended = thread(current_);
  ended.state = State::done;
  ended.fiber = nullptr;
  live_.erase(current_);
  ready_.erase(current_);
  if (failure) abandon(failure);
}

/// Goes on with a thread, or, where there is none, with the OS thread's own stack.
void Block::resume(int next) {
  Fiber* to = &os_thread_;
  if (next != ThreadSet::none) {
    if (thread(next).fiber == nullptr) thread(next).fiber = pool_.take();
    to = thread(next).fiber;
    current_ = next;
    threadIdx = thread(next).index;
  }
  if (to != running_) Fiber::switch_to(*std::exchange(running_, to), *to);
}

/// The current thread waits at a meeting; returns when the meeting has taken place.
void Block::wait() {
  resume(choose());
  if (abandoned_) throw Abandoned{};
}

// ── Meetings ───────────────────────────────────────────────────────────────────────────────────────────────

void Block::barrier(const Site& where) {
  if (abandoned_) return;  // called by a destructor while its stack is unwound
  thread(current_).state = State::at_barrier;
  thread(current_).where = &where;
  ready_.erase(current_);
  wait();
}

std::uint64_t Block::warp_operation(const WarpOperation& operation, const Site& where) {
  if (abandoned_) return 0;
  const int self = current_;
  if ((operation.mask >> lane() & 1) == 0)
    fail("{} is lane {}, which the mask {:#010x} of its own operation at {}:{} does not name", name_of(self),
         lane(), operation.mask, where.file_name(), where.line());
  Thread& caller = thread(self);
  caller.state = State::in_warp_operation;
  caller.where = &where;
  caller.operation = operation;
  ready_.erase(self);
  complete_warp_operation(self);
  wait();
  return caller.result;
}

bool Block::stand_together(const Thread& a, const Thread& b) const {
  if (a.state != b.state || !same(*a.where, *b.where)) return false;
  return a.state == State::at_barrier ||
         (a.operation.kind == b.operation.kind && a.operation.mask == b.operation.mask &&
          a.operation.all_at_once == b.operation.all_at_once);
}

/// Carries out the operation in which a thread waits, if every live lane of its mask has come.
bool Block::complete_warp_operation(int number) {
  const Thread& caller = thread(number);
  const int warp = number / warpSize;
  const std::uint32_t lanes = live_.lanes(warp) & caller.operation.mask;
  if ((lanes & ready_.lanes(warp)) != 0) return false;
  for (std::uint32_t rest = lanes; rest != 0; rest &= rest - 1)
    if (!stand_together(thread(warp * warpSize + std::countr_zero(rest)), caller)) return false;
  if (caller.operation.kind == Kind::together)
    carry_out_together(warp, lanes);
  else
    for (std::uint32_t rest = lanes; rest != 0; rest &= rest - 1) {
      const int lane = warp * warpSize + std::countr_zero(rest);
      thread(lane).result = result_of(lane, lanes);
    }
  for (std::uint32_t rest = lanes; rest != 0; rest &= rest - 1) {
    const int lane = warp * warpSize + std::countr_zero(rest);
    thread(lane).state = State::ready;
    ready_.insert(lane);
  }
  if (observer != nullptr)
    caller.operation.kind == Kind::sync ? observer->warp_barrier(warp, lanes)
                                        : observer->shuffle(warp, lanes);
  return true;
}

/// Carries out an operation that the lanes of a warp do as one.
void Block::carry_out_together(int warp, std::uint32_t lanes) {
  const Thread& first = thread(warp * warpSize + std::countr_zero(lanes));
  if (lanes != 0xffffffffu)
    fail("mma.sync and ldmatrix need all 32 lanes of a warp, not {:#010x}, at {}:{}", lanes,
         first.where->file_name(), first.where->line());
  std::array<std::uint64_t, 32> values;
  for (int lane = 0; lane < warpSize; ++lane)
    values[static_cast<std::size_t>(lane)] = thread(warp * warpSize + lane).operation.value;
  first.operation.all_at_once(values);
}

/// The result of one lane in an operation in which `lanes` take part.
std::uint64_t Block::result_of(int number, std::uint32_t lanes) const {
  const Thread& reader = thread(number);
  const int first = number / warpSize * warpSize, source = reader.operation.source;
  std::uint32_t result = 0;
  switch (reader.operation.kind) {
    case Kind::sync:
      return 0;
    case Kind::shuffle:
      if ((lanes >> source & 1) == 0)
        fail("{} reads from lane {}, which {}, in the shuffle at {}:{}", name_of(number), source,
             (reader.operation.mask >> source & 1) == 0
                 ? fmt::format("the mask {:#010x} does not name", reader.operation.mask)
                 : std::string(first + source < count_ ? "has exited" : "the block does not have"),
             reader.where->file_name(), reader.where->line());
      return thread(first + source).operation.value;
    case Kind::ballot:
      for (std::uint32_t rest = lanes; rest != 0; rest &= rest - 1)
        if (thread(first + std::countr_zero(rest)).operation.value != 0) result |= rest & (~rest + 1);
      return result;
    case Kind::reduce_add:
      for (std::uint32_t rest = lanes; rest != 0; rest &= rest - 1)
        result += static_cast<std::uint32_t>(thread(first + std::countr_zero(rest)).operation.value);
      return result;
    case Kind::together:
      break;  // carry_out_together
  }
  return 0;
}

// ── Copies ─────────────────────────────────────────────────────────────────────────────────────────────────

void Block::start_copy(const AsyncCopies::Copy& copy) {
  const auto misaligned = [&](const void* address) {
    return reinterpret_cast<std::uintptr_t>(address) % copy.bytes != 0;
  };
  if (copy.bytes != 4 && copy.bytes != 8 && copy.bytes != 16)
    fail("an asynchronous copy has 4, 8 or 16 bytes, not {}", copy.bytes);
  if (!shared_.contains(copy.to)) fail("an asynchronous copy goes to shared memory, not elsewhere");
  if (misaligned(copy.to) || misaligned(copy.from))
    fail("an asynchronous copy of {} bytes needs addresses that are multiples of {}", copy.bytes, copy.bytes);
  if (grid_->schedule.order == Schedule::Order::in_order) return arrive(copy);
  std::memset(copy.to, 0xFF, copy.bytes);
  copies().start(copy);
}

AsyncCopies& Block::copies() {
  has_copies_ = true;
  return copies_[static_cast<std::size_t>(current_)];
}

void Block::arrive(const AsyncCopies::Copy& copy) {
  std::array<unsigned char, 16> bytes{};
  std::memcpy(bytes.data(), copy.from, copy.bytes);
  if (copy.zeros) bytes.fill(0);
  std::memcpy(copy.to, bytes.data(), copy.bytes);
  if (observer == nullptr) return;
  access(Access::Kind::read, copy.from, copy.bytes, copy.site);
  access(Access::Kind::write, copy.to, copy.bytes, copy.site);
}

// ── The scheduler ──────────────────────────────────────────────────────────────────────────────────────────

/// The thread that runs next; none if all have ended.
int Block::choose() {
  for (;;) {
    if (const int next = choose_among_ready(); next != ThreadSet::none || live_.empty()) return next;
    std::exception_ptr failure;
    try {
      release();
    } catch (...) {
      failure = std::current_exception();
    }
    if (failure) abandon(failure);
  }
}

/// A thread that can run; none if no thread can run.
int Block::choose_among_ready() {
  switch (grid_->schedule.order) {
    case Schedule::Order::in_order:
      if (const int next = ready_.at_or_after(current_ + 1); next != ThreadSet::none) return next;
      return ready_.at_or_after(0);
    case Schedule::Order::reverse:
      if (const int next = ready_.at_or_before(current_ - 1); next != ThreadSet::none) return next;
      return ready_.at_or_before(count_ - 1);
    case Schedule::Order::run_ahead:
      if (ready_.contains(current_)) return current_;
      if (const int next = ready_.at_or_after(current_ / warpSize * warpSize); next != ThreadSet::none)
        return next;
      return ready_.at_or_after(0);
    case Schedule::Order::random:
      break;
  }
  random_ = splitmix64(random_);
  const int start = static_cast<int>(random_ % static_cast<unsigned>(count_));
  if (const int next = ready_.at_or_after(start); next != ThreadSet::none) return next;
  return ready_.at_or_after(0);
}

/// Called when no thread can run: continues the threads whose meeting is complete, else throws.
void Block::release() {
  bool released = false;
  for (int t = live_.at_or_after(0); t != ThreadSet::none; t = live_.at_or_after(t + 1))
    if (thread(t).state == State::in_warp_operation) released |= complete_warp_operation(t);
  if (!released) open_barrier();
}

void Block::open_barrier() {
  const Thread& first = thread(live_.at_or_after(0));
  for (int t = live_.at_or_after(0); t != ThreadSet::none; t = live_.at_or_after(t + 1))
    if (thread(t).state != State::at_barrier || !stand_together(thread(t), first))
      fail("{}", describe_waiting());
  if (const std::string damage = shared_.damage(); !damage.empty())
    fail("{}, before the barrier at {}:{}", damage, first.where->file_name(), first.where->line());
  int threads = 0;
  for (int t = live_.at_or_after(0); t != ThreadSet::none; t = live_.at_or_after(t + 1))
    thread(t).state = State::ready, ++threads;
  ready_ = live_;
  if (observer != nullptr) observer->block_barrier(threads);
}

/// Ends a block that has failed: threads that wait are woken to unwind, threads that have not begun never do.
void Block::abandon(std::exception_ptr failure) {
  if (!failure_) failure_ = std::move(failure);
  abandoned_ = true;
  for (int t = live_.at_or_after(0); t != ThreadSet::none; t = live_.at_or_after(t + 1))
    if (thread(t).fiber == nullptr) live_.erase(t);
  ready_ = live_;
}

// ── For an observer ────────────────────────────────────────────────────────────────────────────────────────

void Block::access(Access::Kind kind, const void* address, std::size_t bytes, const void* return_address) {
  const Space space = space_of(address);
  if (space == Space::local) return;
  // The call ends before the address to which it returns.
  observer->access({kind, space, reinterpret_cast<std::uintptr_t>(address), bytes,
                    reinterpret_cast<std::uintptr_t>(return_address) - 1, current_});
}

Space Block::space_of(const void* address) const {
  const auto within = [address](const void* begin, std::size_t bytes) {
    return reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(begin) < bytes;
  };
  if (shared_.contains(address)) return Space::shared;
  const bool built_in = within(&threadIdx, sizeof threadIdx) || within(&blockIdx, sizeof blockIdx) ||
                        within(&blockDim, sizeof blockDim) || within(&gridDim, sizeof gridDim);
  const bool parameter = within(grid_->call, grid_->call_bytes);
  return built_in || parameter || running_->contains(address) ? Space::local : Space::global;
}

// ── Sentences ──────────────────────────────────────────────────────────────────────────────────────────────

std::string Block::name_of(int number) const {
  const uint3 index = thread(number).index;
  if (blockDim.y == 1 && blockDim.z == 1) return fmt::format("thread {}", index.x);
  return fmt::format("thread ({}, {}, {})", index.x, index.y, index.z);
}

/// "threads 0-15 at the barrier a.cu:12; threads 16-31 at …"
std::string Block::describe_waiting() const {
  std::string text_of_groups;
  ThreadSet rest = live_;
  for (int groups = 0; !rest.empty() && groups < 4; ++groups) {
    const Thread& first = thread(rest.at_or_after(0));
    ThreadSet group;
    for (int t = rest.at_or_after(0); t != ThreadSet::none; t = rest.at_or_after(t + 1))
      if (stand_together(thread(t), first)) group.insert(t), rest.erase(t);
    text_of_groups += fmt::format("{}threads {} at the {} {}:{}", groups == 0 ? "" : "; ", text(group),
                                  first.state == State::at_barrier
                                      ? "barrier"
                                      : fmt::format("warp operation (mask {:#010x})", first.operation.mask),
                                  first.where->file_name(), first.where->line());
  }
  if (!rest.empty()) text_of_groups += "; …";
  return "the threads of a block wait for each other in different places: " + text_of_groups;
}

// ── What kernels call ──────────────────────────────────────────────────────────────────────────────────────

void detail::barrier(const Site& where) { block().barrier(where); }
std::uint64_t detail::warp_operation(const WarpOperation& operation, const Site& where) {
  return block().warp_operation(operation, where);
}
int detail::current_lane() { return block().lane(); }
void detail::cp_async(void* to, const void* from, std::size_t bytes, bool zeros) {
  block().start_copy({to, from, bytes, zeros, __builtin_return_address(0)});
}
void detail::cp_async_commit_group() { block().copies().commit(); }
void detail::cp_async_wait_group(std::size_t pending) {
  Block& running = block();
  running.copies().wait(pending, [&](const AsyncCopies::Copy& copy) { running.arrive(copy); });
}
void* detail::shared_variable(const SharedSite& site) { return block().shared().variable(site); }
void* detail::dynamic_shared() { return block().shared().dynamic(); }

void detail::observe_access(Access::Kind kind, const void* address, std::size_t bytes,
                            const void* return_address) {
  if (observer != nullptr && running_block != nullptr)
    running_block->access(kind, address, bytes, return_address);
}

void detail::check_width(int width, const Site& where) {
  if (width < 1 || width > warpSize || (width & (width - 1)) != 0)
    fail("the width of a shuffle is 1, 2, 4, 8, 16 or 32, not {} ({}:{})", width, where.file_name(),
         where.line());
}

}  // namespace norma::simt
