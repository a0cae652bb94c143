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

std::vector<std::string> names(const std::vector<std::int64_t>& targets) {
  std::vector<std::string> names;
  for (const std::int64_t target : targets) names.emplace_back(hwy::TargetName(target));
  return names;
}

}  // namespace

std::string simd_target() { return simd_targets().front(); }

std::vector<std::string> simd_targets() { return names(targets_here()); }

void limit_simd(const std::string& name) {
  static const std::vector<std::int64_t> all = targets_here();  // as they were before the first limit
  std::int64_t allowed = 0;
  for (auto target = all.rbegin(); target != all.rend(); ++target) {
    allowed |= *target;
    if (hwy::TargetName(*target) != name) continue;
    // Not hwy::DisableTargets(): Highway 1.0 would use the disabled ones again after hwy::SupportedTargets().
    hwy::SetSupportedTargetsForTest(allowed);
    return;
  }
  fail_usage("this processor and build have the instruction sets {}, not '{}'", fmt::join(names(all), ", "),
             name);
}

}  // namespace norma
