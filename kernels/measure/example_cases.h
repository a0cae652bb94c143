// The operations of simt_profile: the examples of kernels/measure/examples.h, and instance norm.
#pragma once

#include "kernels/measure/examples.h"

namespace norma {

struct ProfileCase {
  std::string name;                   ///< as in kernels/table.h; instance_norm is group norm with G = C
  std::array<std::int64_t, 4> shape;  ///< the default
  std::vector<std::string> flags;     ///< the parts of the setting that it uses, besides the shape
  /// Makes the arrays and returns the call. Throws UsageError if the setting is not possible.
  std::function<std::function<void()>(ExampleArrays&, const ExampleSetting&)> prepare;

  /// "conv2d_backward_data" is operation conv2d, direction backward-data; "add" has no direction.
  std::string operation() const;
  std::string direction() const;
};

/// All cases.
const std::vector<ProfileCase>& profile_cases();

/// The cases of --op and --direction: one, several (conv2d's backward is two), or all. Throws UsageError with
/// the nearest name if there is none.
std::vector<ProfileCase> choose_profile_cases(const std::string& operation, const std::string& direction);

/// The names for --op, without directions.
std::vector<std::string> profile_operations();

}  // namespace norma
