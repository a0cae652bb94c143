// Charts of one page.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "apps/report/draw/chart.h"

namespace norma {

/// Collects charts, as figures and as data for the page's script.
class Figures {
 public:
  /// <figure>…</figure>
  std::string add(const Chart& chart);
  const nlohmann::ordered_json& json() const { return json_; }

 private:
  nlohmann::ordered_json json_ = nlohmann::ordered_json::array();
};

/// One coloured dot per series, with its name.
std::string legend(const std::vector<Series>& series);

}  // namespace norma
