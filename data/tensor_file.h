// Tensors in small files of other programs.
#pragma once

#include <filesystem>
#include <optional>

#include "core/tensor.h"

namespace norma {

/// The numbers of a file, as float64: a NumPy file (.npy, float32 or float64, in C order, of 4 dimensions),
/// which has a shape; or numbers separated by commas, blanks and line ends, which need one. Throws an error
/// that names the file if it is neither, or if the numbers do not fill the shape.
Tensor read_values(const std::filesystem::path& file, const std::optional<Shape>& shape = {});

}  // namespace norma
