#include "kernels/simt/grid.h"

#include <atomic>
#include <exception>
#include <limits>
#include <mutex>
#include <string>

#include "core/device_memory.h"
#include "core/device_recorder.h"
#include "core/error.h"
#include "core/launch_timer.h"
#include "core/parallel.h"
#include "kernels/cuda/launch.h"
#include "kernels/simt/block.h"

namespace norma::simt {
namespace {

thread_local Schedule schedule_of_this_thread;

// Linux limits the mappings of a process (65530 by default), and a fiber takes two: 16·1024·2 fit.
constexpr std::int64_t max_os_threads = 16;

std::string text(const dim3& d) { return fmt::format("({}, {}, {})", d.x, d.y, d.z); }

void check_limits(const detail::Grid& launch) {
  const dim3 grid = launch.grid, block = launch.block;
  const auto refuse = [&](const std::string& why) {
    fail("the kernel launched at {}:{} cannot start with grid {} and block {}: {}", launch.where.file_name(),
         launch.where.line(), text(grid), text(block), why);
  };
  if (Block::running() != nullptr) refuse("simt launches no kernel from within a kernel");
  if (grid.x == 0 || grid.y == 0 || grid.z == 0) refuse("a grid needs at least one block");
  if (block.x == 0 || block.y == 0 || block.z == 0) refuse("a block needs at least one thread");
  if (grid.x > 0x7fffffff || grid.y > 65535 || grid.z > 65535)
    refuse("a grid has at most (2147483647, 65535, 65535) blocks");
  if (block.x > 1024 || block.y > 1024 || block.z > 64) refuse("a block is at most (1024, 1024, 64)");
  if (std::uint64_t{block.x} * block.y * block.z > 1024) refuse("a block has at most 1024 threads");
  if (launch.shared_bytes > shared_bytes_at_most)
    refuse(fmt::format("a block has at most {} bytes of dynamic shared memory, not {}", shared_bytes_at_most,
                       launch.shared_bytes));
}

/// The error of the first failing block, whatever the order in which OS threads come to them.
class FirstFailure {
 public:
  bool precedes(std::int64_t turn) const { return turn_ < turn; }
  void note(std::int64_t turn, std::exception_ptr what) {
    const std::lock_guard lock(mutex_);
    if (turn < turn_) turn_ = turn, what_ = std::move(what);
  }
  void rethrow() const {
    if (what_) std::rethrow_exception(what_);
  }

 private:
  std::mutex mutex_;
  std::atomic<std::int64_t> turn_ = std::numeric_limits<std::int64_t>::max();
  std::exception_ptr what_;
};

/// Runs one block; adds the names of the block and the launch to an Error.
void run_block(const detail::Grid& grid, std::int64_t number) {
  const auto x = static_cast<unsigned>(number % grid.grid.x);
  const auto y = static_cast<unsigned>(number / grid.grid.x % grid.grid.y);
  const auto z = static_cast<unsigned>(number / grid.grid.x / grid.grid.y);
  try {
    Block::of_this_os_thread().run(grid, {x, y, z}, number);
  } catch (const Error& error) {
    fail("{} [block {}, {} schedule; kernel launched at {}:{} with grid {} and block {}]", error.what(),
         text({x, y, z}), name(grid.schedule.order), grid.where.file_name(), grid.where.line(),
         text(grid.grid), text(grid.block));
  }
}

}  // namespace

Schedule current_schedule() { return schedule_of_this_thread; }
UseSchedule::UseSchedule(const Schedule& schedule) : before_(schedule_of_this_thread) {
  schedule_of_this_thread = schedule;
}
UseSchedule::~UseSchedule() { schedule_of_this_thread = before_; }

void detail::run_grid(const Grid& grid) {
  check_limits(grid);
  if (DeviceRecorder* const recorder = DeviceRecorder::current; recorder != nullptr) {
    DeviceWork work{.kind = DeviceWork::Kind::kernel,
                    .function = grid.kernel,
                    .grid = {grid.grid.x, grid.grid.y, grid.grid.z},
                    .block = {grid.block.x, grid.block.y, grid.block.z},
                    .shared_bytes = grid.shared_bytes,
                    .where = grid.where,
                    .parameters = grid.call,
                    .parameter_bytes = grid.call_bytes};
    if (recorder->replays())
      work.again = [grid, kept = grid.keep(grid.call)] {
        Grid again = grid;
        again.call = kept.get();
        run_grid(again);
      };
    return recorder->take(work);
  }
  const SimtMemoryAccess memory;
  const std::int64_t blocks = std::int64_t{grid.grid.x} * grid.grid.y * grid.grid.z;
  const bool reverse = grid.schedule.order == Schedule::Order::reverse;
  std::atomic<std::int64_t> next_turn = 0;
  FirstFailure failure;
  if (observer != nullptr)
    observer->begin_launch({grid.kernel, grid.grid, grid.block, grid.shared_bytes, grid.where});
  LaunchTimer* const timer = LaunchTimer::current;
  if (timer != nullptr)
    timer->begin({grid.grid.x, grid.grid.y, grid.grid.z}, {grid.block.x, grid.block.y, grid.block.z});
  const std::int64_t os_threads = observer != nullptr ? 1 : std::min(blocks, max_os_threads);
  parallel_for(os_threads, [&](std::int64_t) {
    for (std::int64_t turn; (turn = next_turn++) < blocks && !failure.precedes(turn);) try {
        run_block(grid, reverse ? blocks - 1 - turn : turn);
      } catch (...) {
        failure.note(turn, std::current_exception());
      }
  });
  if (timer != nullptr) timer->end();
  failure.rethrow();
}

}  // namespace norma::simt
