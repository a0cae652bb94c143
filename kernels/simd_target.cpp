#include "kernels/simd_target.h"

#include <fmt/ranges.h>
#include <hwy/highway.h>

#include <algorithm>

#include "core/error.h"

namespace norma {
namespace {

// A smaller bit is a better target.
std::vector<std::int64_t> targets_here() {
  std::vector<std::int64_t> targets = hwy::SupportedAndGeneratedTargets();
  std::sort(targets.begin(), targets.end());
  return targets;
}

}  // namespace

std::string simd_target() { return simd_targets().front(); }

std::vector<std::string> simd_targets() {
  std::vector<std::string> names;
  for (const std::int64_t target : targets_here()) names.emplace_back(hwy::TargetName(target));
  return names;
}

void limit_simd(const std::string& name) {
  hwy::DisableTargets(0);  // what an earlier call took away
  for (const std::int64_t target : targets_here())
    if (hwy::TargetName(target) == name) {
      hwy::DisableTargets(target - 1);  // all better ones
      hwy::GetChosenTarget().DeInit();  // choose again
      return;
    }
  fail_usage("this processor and build have the instruction sets {}, not '{}'",
             fmt::join(simd_targets(), ", "), name);
}

}  // namespace norma
