// Makes cases; bench/cases.cpp lists the operations and their sizes.
#pragma once

#include "bench/case.h"
#include "kernels/measure/examples.h"

namespace norma {

/// The example of an operation, with its texts for a table and for PyTorch. setting.shape is the shape of a
/// whole batch. Operations over a flat array have shape {1, count, 1, 1}.
Case case_of(const std::string& operation, const ExampleSetting& setting);

/// The setting for `batch` images, for make() of a case.
ExampleSetting setting_for(ExampleSetting setting, DType dtype, std::int64_t batch);

}  // namespace norma
