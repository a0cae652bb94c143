// Reading and writing tensors in the safetensors format (github.com/huggingface/safetensors):
//
//   8 bytes   little-endian length L of the header
//   L bytes   JSON: {"name": {"dtype": "F32", "shape": […], "data_offsets": [begin, end]}, …,
//                    "__metadata__": {…}}
//   the rest  the numbers, little-endian, row-major, at those offsets
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "layers/module.h"

namespace norma {

using Metadata = std::map<std::string, std::string>;

/// Writes to a temporary name first: the file is complete or does not exist.
void save_safetensors(const std::filesystem::path& file, const std::vector<NamedTensor>& tensors,
                      const Metadata& metadata = {});

/// float32, float64, int64 and uint8 tensors, in the order of their data. Throws, naming the file, where it
/// is damaged or not a safetensors file.
std::vector<NamedTensor> load_safetensors(const std::filesystem::path& file, Metadata* metadata = nullptr);

}  // namespace norma
