// The norms that a network can use: one row each. Command lines, presets, reports and comparisons use only
// these rows. To add a norm, add its layer (layers/), a row in norms.cpp, and a row for ONNX
// (layers/export/onnx.cpp).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "layers/module.h"

namespace norma {

/// In the order of all_norms(); the order is that of colours in reports too.
enum class Norm { none, bn, ln, ln_chw, ln_pixel, gn, in, rms };

/// The input of a norm: images [N, channels, height, width].
struct NormPlace {
  std::int64_t channels, height, width;
  std::int64_t groups;  ///< of group norm; divides the channels
};

struct NormRow {
  Norm norm;
  std::string name;       ///< "ln-chw", on command lines and in files
  std::string title;      ///< "Layer norm, one weight per element"
  std::string lesson;     ///< some sentences about its statistics
  std::string operation;  ///< of kernels/table.h, without _forward and _backward; empty for none
  /// The layer; nullptr for none.
  std::shared_ptr<Module> (*make)(const NormPlace& place);
  /// The number of the set that an element belongs to: pixel `at` (0 … H·W − 1) of channel c of image n.
  /// nullptr for none.
  std::int64_t (*set)(const NormPlace& place, std::int64_t n, std::int64_t c, std::int64_t at);
  bool grouped = false;  ///< whether NormPlace::groups has an effect
  bool centred = true;   ///< whether it subtracts the mean of the set
};

const std::vector<NormRow>& all_norms();
const NormRow& row_of(Norm norm);
/// nullptr where no norm has that name.
const NormRow* find_norm(const std::string& name);

/// "ln-chw"
const std::string& name(Norm norm);
/// All names, in the order of the rows.
std::vector<std::string> norm_names();
/// Throws an error that lists the names if no norm has that name.
Norm norm_from(const std::string& name);

}  // namespace norma
