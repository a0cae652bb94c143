#include "optim/measured.h"

namespace norma {
namespace {

struct Row {
  const char* preset;
  const char* norm;
  double accuracy;
};

constexpr Row rows[] = {
#include "optim/measured.inc"
};

}  // namespace

std::optional<double> measured_accuracy(const std::string& preset, Norm norm) {
  for (const Row& row : rows)
    if (row.preset == preset && row.norm == name(norm)) return row.accuracy;
  return {};
}

}  // namespace norma
