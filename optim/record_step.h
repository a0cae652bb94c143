// What one training step of a preset asks of a device: launches, copies, bytes. Nothing is computed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/precision.h"
#include "kernels/measure/dry_run.h"
#include "layers/network/norms.h"
#include "optim/trainer.h"

namespace norma {

struct StepChoice {
  std::string preset;
  std::optional<Norm> norm = {};  ///< else the preset's first
  std::optional<std::int64_t> groups = {};
  std::optional<std::int64_t> batch = {};  ///< else the recipe's
  Precision precision = Precision::exact;

  std::int64_t batch_size() const;
};

/// A training whose epoch has so many steps, on random images.
std::unique_ptr<Trainer> example_training(const StepChoice& choice, Device device, std::int64_t steps);

/// The fourth step of a training, the first one that only repeats a graph (optim/step_graphs.h), or without
/// graphs.
Record record_step(const StepChoice& choice, bool graphs = true);

}  // namespace norma
