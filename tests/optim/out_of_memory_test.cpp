// A training that finds no memory says which layer wanted it, how much there is, and which batch fits.
#include "core/random.h"
#include "core/storage.h"
#include "data/synthetic.h"
#include "optim/presets.h"
#include "optim/trainer.h"
#include "tests/support/catch.h"

using namespace norma;

namespace {

// For as long as it lives, a device has only so much memory.
struct Limit {
  Device device;
  Limit(Device on, std::size_t bytes) : device(on) { limit_memory(on, bytes); }
  ~Limit() { limit_memory(device, 0); }
};

Trainer trainer_on(Device device, std::int64_t batch) {
  const DataSplit split = make_synthetic(1, batch, 10);
  const auto on_device = [&](const Dataset& set) {
    return Dataset{set.images.to(device), set.labels.to(device)};
  };
  Recipe recipe;
  recipe.batch_size = batch;
  manual_seed(1);
  return {find_preset("c11-48096").network({.norm = Norm::bn}),
          {on_device(split.train), on_device(split.test), {}, cifar10_normalization},
          recipe};
}

}  // namespace

TEST_CASE("a training without memory names layer, tensor and a batch that fits", "[out_of_memory]") {
  for (const Device device : {Device::cpu, Device::simt}) {
    CAPTURE(name(device));
    const std::int64_t batch = device == Device::cpu ? 256 : 8;
    Trainer trainer = trainer_on(device, batch);
    // The images of the first layers, forward and backward, need about four times as much.
    const std::size_t activation = static_cast<std::size_t>(batch) * 32 * 32 * 32 * sizeof(float);
    const MemoryStatistics now = memory_statistics(device);
    const Limit limit(device, now.in_use + now.cached + activation * 2);
    try {
      trainer.run_epoch();
      FAIL("there was enough memory");
    } catch (const OutOfMemory& e) {
      INFO(e.what());
      CHECK_THAT(e.what(), Catch::Contains(fmt::format("{} has no memory left for a", name(device))) &&
                               Catch::Contains("MB are in use") && Catch::Contains("; batches of "));
    }
  }
}
