// The results of simt_profile, as a table for people and as JSON for programs.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "kernels/measure/example_cases.h"
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
  std::map<std::uintptr_t, CodeName> code;  ///< names of kernels, of wasteful instructions, of races
};

/// Runs a case under simt and counts. after_block(share) is called with the finished share of a launch.
/// Throws if the kernels were compiled without hooks.
Profile profile(const ProfileCase& which, ExampleSetting setting,
                std::function<void(double)> after_block = nullptr);

/// One row per kernel, then the whole operation; below it the arrays, races and wasteful instructions.
std::string to_text(const Profile& profile);
/// "512", or "2·1·8": the blocks of a grid, or the threads of a block.
std::string extent(const simt::dim3& d);
/// The meaning of the table's columns.
std::string profile_legend();

nlohmann::ordered_json to_json(const Profile& profile);

}  // namespace norma
