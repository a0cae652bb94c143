// Charts of one page.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "apps/report/draw/chart.h"

namespace norma {

/// As figures, and as what the page's script reads.
class Figures {
 public:
  /// <figure>…</figure>
  std::string add(const Chart& chart);
  const nlohmann::ordered_json& json() const { return json_; }

 private:
  nlohmann::ordered_json json_ = nlohmann::ordered_json::array();
};

/// A swatch per series with its name.
std::string legend(const std::vector<Series>& series);

}  // namespace norma
