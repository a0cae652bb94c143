// What a dry run has recorded, as tables for a terminal: a line per request.
#pragma once

#include <string>
#include <vector>

#include "kernels/measure/dry_run.h"
#include "kernels/measure/gpu_model.h"

namespace norma {

/// The short names of the kernels that it asks for (kernels/simt/code_names.h); "" for other requests.
std::vector<std::string> kernel_names(const Record& step);

/// Operation, kernel, blocks and threads, bytes and arithmetic.
std::string count_table(const Record& step, const std::vector<std::string>& kernels);
/// The same with what a model says of a GPU.
std::string model_table(const Gpu& gpu, const Record& step, const std::vector<std::string>& kernels,
                        const std::vector<ModelledLaunch>& launches);

}  // namespace norma
