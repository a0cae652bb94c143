// The norms that a network can use: one row each. Command lines, presets, reports and comparisons use only
// these rows. To add a norm, add its layer (layers/), a row in norms.cpp, and a row for ONNX
// (layers/export/onnx.cpp).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/precision.h"
#include "layers/module.h"

namespace norma {

/// In the order of all_norms(); the order is that of colours in reports too.
enum class Norm {
  none,
  bn,
  ln,
  ln_chw,
  ln_pixel,
  gn,
  in,
  rms,
  brn,
  frn,
  evonorm_s0,
  grn,
  ln_pn,
  gn_pn,
  lrn,
  dyt
};

/// The input of a norm: images [N, channels, height, width].
struct NormPlace {
  std::int64_t channels, height, width;
  std::int64_t groups;     ///< of group norm; divides the channels
  std::int64_t ghost = 0;  ///< images that share statistics in training; 0: the whole batch
};

struct NormTraits {
  bool grouped = false;    ///< whether NormPlace::groups has an effect
  bool ghosts = false;     ///< whether NormPlace::ghost has an effect
  bool local = false;      ///< whether processes that share a batch may have statistics of their own
  bool centred = true;     ///< whether it subtracts the mean of the set
  bool normalizes = true;  ///< whether the scale of its output is limited, whatever that of its input
  int exercise = 0;        ///< of the course (docs/course) that computes it; 0: none
  bool activates = false;  ///< whether it includes an activation, so that no ReLU goes with it
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
  /// nullptr where x̂ is not (x − mean)·rstd of one set.
  std::int64_t (*set)(const NormPlace& place, std::int64_t n, std::int64_t c, std::int64_t at);
  NormTraits traits = {};
};

const std::vector<NormRow>& all_norms();
const NormRow& row_of(Norm norm);
/// nullptr where no norm has that name.
const NormRow* find_norm(const std::string& name);

/// "ln-chw"
const std::string& name(Norm norm);
/// All names, in the order of the rows.
std::vector<std::string> norm_names();
/// "gn4", "bn-ghost32", "ln-standardized-bf16": a norm and what was chosen with it, for tables and names of
/// folders.
std::string norm_label(const std::string& name, std::optional<std::int64_t> groups, std::int64_t ghost,
                       bool standardize, Precision precision);
/// Throws an error that lists the names if no norm has that name.
Norm norm_from(const std::string& name);

}  // namespace norma
