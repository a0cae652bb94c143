// The norms that a network may be built with: one row each, which is all that command lines, presets, reports and
// comparisons know of a norm. A new norm is its layer (layers/), one row in norms.cpp, and what its layer becomes in ONNX
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

/// Where a norm stands: images [N, channels, height, width] come in.
struct NormPlace {
  std::int64_t channels, height, width;
  std::int64_t groups;  ///< of group norm; divides the channels
};

struct NormRow {
  Norm norm;
  std::string name;       ///< "ln-chw", on command lines and in files
  std::string title;      ///< "Layer norm, one weight per element"
  std::string lesson;     ///< what to look for in its statistics, some sentences
  std::string operation;  ///< of kernels/table.h, without _forward and _backward; empty for none
  /// The layer; nullptr for none.
  std::shared_ptr<Module> (*make)(const NormPlace& place);
  bool grouped = false;  ///< whether NormPlace::groups has an effect
};

const std::vector<NormRow>& all_norms();
const NormRow& row_of(Norm norm);
/// nullptr where no norm has that name.
const NormRow* find_norm(const std::string& name);

/// "ln-chw"
const std::string& name(Norm norm);
/// All names, in the order of the rows.
std::vector<std::string> norm_names();
/// Throws, listing the names, where no norm has that name.
Norm norm_from(const std::string& name);

}  // namespace norma
