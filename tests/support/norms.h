// Lists of norms for tests that all norms must pass: a new row of layers/network/norms.cpp is in them.
#pragma once

#include <vector>

#include "layers/network/norms.h"

namespace norma::test {

/// All norms, and no norm.
inline std::vector<Norm> all_norms_and_none() {
  std::vector<Norm> norms;
  for (const NormRow& row : all_norms()) norms.push_back(row.norm);
  return norms;
}

/// All norms.
inline std::vector<Norm> every_norm() {
  std::vector<Norm> norms = all_norms_and_none();
  std::erase(norms, Norm::none);
  return norms;
}

}  // namespace norma::test
