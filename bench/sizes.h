// One maker for all cases; bench/cases.cpp says which operations at which sizes.
#pragma once

#include "bench/case.h"
#include "kernels/measure/examples.h"

namespace norma {

/// The example of an operation, with its words for a table and for PyTorch; setting.shape is that of a whole batch.
/// Operations over a flat array take shape {1, count, 1, 1}.
Case case_of(const std::string& operation, const ExampleSetting& setting);

/// The setting for `batch` images, as make() of a case gets them.
ExampleSetting setting_for(ExampleSetting setting, DType dtype, std::int64_t batch);

}  // namespace norma
