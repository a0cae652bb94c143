// simt_profile --step: what one training step of a preset asks of a GPU.
#pragma once

#include <string>

#include "kernels/measure/gpu_model.h"
#include "optim/record_step.h"

namespace norma {

/// One line per request, then the totals. With a GPU also how long it would need, by a model.
std::string step_text(const StepChoice& choice, const Record& step, const Gpu* gpu);

}  // namespace norma
