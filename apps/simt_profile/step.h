// simt_profile --step: what one training step of a preset asks of a GPU.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "kernels/measure/dry_run.h"
#include "kernels/measure/gpu_model.h"
#include "layers/network/norms.h"

namespace norma {

struct StepChoice {
  std::string preset;
  std::optional<Norm> norm = {};  ///< else the preset's first
  std::optional<std::int64_t> groups = {};
  std::optional<std::int64_t> batch = {};  ///< else the recipe's
  const Gpu* gpu = nullptr;                ///< the GPU to model, if any
};

/// The fourth step of a training, the first one that only repeats a graph (optim/step_graphs.h).
Record record_step(const StepChoice& choice);

/// The short names of the kernels that it asks for (kernels/simt/code_names.h); "" for other requests.
std::vector<std::string> kernel_names(const Record& step);

/// One line per request, then the totals. With choice.gpu also how long that GPU would need, by a model.
std::string step_text(const StepChoice& choice, const Record& step);

}  // namespace norma
