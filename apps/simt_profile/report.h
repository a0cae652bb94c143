// What simt_profile found, as a table for people and as JSON for programs.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "apps/simt_profile/cases.h"
#include "kernels/simt/code_names.h"
#include "kernels/simt/counters.h"

namespace norma {

struct Profile {
  std::string name;                   ///< "group_norm_backward"
  ExampleSetting setting;             ///< with a shape
  std::string description;            ///< "x 128×32×32×32, float32, 4 groups"
  std::uint64_t bytes_in, bytes_out;  ///< the floor: each input once, each output once
  simt::Counters total;
  std::vector<simt::LaunchCounters> launches;
  std::map<std::uintptr_t, CodeName> code;  ///< of kernels, of sites that waste, of races
};

/// Runs a case under simt and counts; `after_block` hears which share of a launch is done. Throws where the
/// kernels were compiled without hooks.
Profile profile(const ProfileCase& which, ExampleSetting setting,
                std::function<void(double)> after_block = nullptr);

/// Kernels by row, then the whole operation; below it the arrays, wasteful instructions and races.
std::string to_text(const Profile& profile);
/// What the columns of the table are.
std::string profile_legend();

nlohmann::ordered_json to_json(const Profile& profile);

}  // namespace norma
