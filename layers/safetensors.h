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

/// The description of a tensor in the header.
struct SafetensorsEntry {
  std::string name;
  DType dtype;
  Shape shape;
  std::size_t begin, end;  ///< of its bytes in the data
};

struct SafetensorsHeader {
  Metadata metadata;
  std::vector<SafetensorsEntry> tensors;  ///< in the order of their data
  std::size_t data = 0;                   ///< the offset of the data in the file

  std::int64_t numel() const;  ///< of all tensors together
};

/// Reads the header and checks everything except the numbers; allocates memory only for the header. Like the
/// reference reader of the format, it wants unique names, and tensors that cover the data exactly, without
/// holes or overlaps. Throws an error that names the file if it is damaged, is not a safetensors file, or has
/// tensors of other types than float32, float64, int64 and uint8.
SafetensorsHeader read_safetensors_header(const std::filesystem::path& file);

/// All tensors, in the order of their data. Throws as read_safetensors_header() does.
std::vector<NamedTensor> load_safetensors(const std::filesystem::path& file, Metadata* metadata = nullptr);

}  // namespace norma
