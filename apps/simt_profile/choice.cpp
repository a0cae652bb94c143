// Chooses the cases of --op and --direction.
#include <algorithm>

#include "apps/cli/arguments.h"
#include "core/error.h"
#include "kernels/measure/example_cases.h"

namespace norma {
namespace {

/// The place where "_forward" or "_backward…" begins; npos if the name contains neither.
std::size_t end_of_operation(const std::string& name) {
  return std::min(name.find("_forward"), name.find("_backward"));
}

}  // namespace

std::string ProfileCase::operation() const { return name.substr(0, end_of_operation(name)); }

std::string ProfileCase::direction() const {
  const std::size_t end = end_of_operation(name);
  if (end == std::string::npos) return "";
  std::string direction = name.substr(end + 1);
  std::replace(direction.begin(), direction.end(), '_', '-');
  return direction;
}

std::vector<std::string> profile_operations() {
  std::vector<std::string> names;
  for (const ProfileCase& c : profile_cases())
    if (std::find(names.begin(), names.end(), c.operation()) == names.end()) names.push_back(c.operation());
  return names;
}

std::vector<ProfileCase> choose_profile_cases(const std::string& operation, const std::string& direction) {
  std::vector<ProfileCase> chosen;
  std::vector<std::string> names = profile_operations(), directions;
  names.push_back("all");
  for (const ProfileCase& c : profile_cases()) {
    names.push_back(c.name);
    if (operation != "all" && operation != c.operation() && operation != c.name) continue;
    const std::string own = c.direction().empty() ? "forward" : c.direction();
    directions.push_back(own);
    if (direction.empty() || own == direction || own.starts_with(direction + "-")) chosen.push_back(c);
  }
  if (!chosen.empty()) return chosen;
  if (directions.empty())
    fail_usage("--op {} is not an operation (--list shows them){}", operation,
               did_you_mean(operation, names));
  fail_usage("{} has the direction {}, not '{}'{}", operation, listing(directions), direction,
             did_you_mean(direction, directions));
}

}  // namespace norma
