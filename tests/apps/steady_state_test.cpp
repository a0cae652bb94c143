// After its first steps a training allocates no new memory: neither from the system, for tensors, nor on the
// heap, for the objects around them.
#include <atomic>
#include <cstdlib>
#include <new>

#include "apps/cli/options.h"
#include "core/parallel.h"
#include "core/random.h"
#include "core/storage.h"
#include "data/synthetic.h"
#include "optim/presets.h"
#include "optim/trainer.h"
#include "tests/support/catch.h"
#include "tests/support/norms.h"

#ifndef __SANITIZE_ADDRESS__  // it has its own operator new, and the pool does not reuse blocks there

namespace {
std::atomic<std::int64_t> heap_calls{0};
}

void* operator new(std::size_t bytes) {
  ++heap_calls;
  if (void* block = std::malloc(bytes == 0 ? 1 : bytes)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }

using namespace norma;

namespace {

struct Calls {
  std::int64_t system, heap;
};

// The allocations of every step of a short training.
std::vector<Calls> calls_of_steps(Norm norm, const std::string& optimizer, int thread_count,
                                  std::int64_t batch) {
  constexpr std::int64_t steps = 8;
  const DataSplit split = make_synthetic(1, steps * batch, 10);
  const TrainingData data{split.train, split.test, {}, cifar10_normalization};
  Options options;
  options.network.norm = norm;
  options.recipe.optimizer = optimizer;
  options.recipe.lr = 0.001;
  options.recipe.batch_size = batch;
  set_threads(thread_count);
  options.recipe.augmentation = {.flip = true, .crop = 4};
  manual_seed(1);
  Trainer trainer(make_network(options), data, options.recipe);
  std::vector<Calls> calls;
  calls.reserve(steps);
  const auto now = [] {
    return Calls{static_cast<std::int64_t>(memory_statistics().system_calls), heap_calls};
  };
  Calls before = now();
  trainer.run_epoch([&](const StepReport&) {
    const Calls after = now();
    calls.push_back({after.system - before.system, after.heap - before.heap});
    before = after;
    return true;
  });
  return calls;
}

}  // namespace

TEST_CASE("a steady training step asks the system for no memory", "[training][memory]") {
  const int before = threads();
  std::int64_t batch = 16;  // changes each time, so that no block of an earlier run fits
  const auto check = [&](Norm norm, const std::string& optimizer, int thread_count) {
    CAPTURE(thread_count, name(norm), optimizer);
    const std::vector<Calls> calls = calls_of_steps(norm, optimizer, thread_count, batch++);
    CHECK(calls[0].system > 0);
    for (std::size_t step = 2; step < calls.size(); ++step) {
      CAPTURE(step, calls[step].heap);
      CHECK(calls[step].system == 0);
    }
  };
  for (const Norm norm : test::every_norm()) check(norm, "sgd", 2);
  for (const int thread_count : {3, 2, 1})
    for (const Norm norm : {Norm::bn, Norm::gn}) check(norm, "adam", thread_count);
  set_threads(before);
}

#endif
