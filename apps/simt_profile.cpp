// simt_profile: counts the memory accesses of CUDA kernels, on the CPU.
//
//   simt_profile --op group_norm --direction backward --shape 128,32,32,32 --groups 4
//
// kernels/simt/README.md, "Counting", shows a run and explains the figures.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <new>

#include "apps/cli/progress.h"
#include "apps/cli/run_app.h"
#include "apps/simt_profile/options.h"
#include "core/error.h"
#include "kernels/measure/example_profile.h"

namespace norma {
namespace {

void list_operations() {
  for (const ProfileCase& c : profile_cases()) {
    const std::string direction = c.direction().empty() ? "" : "--direction " + c.direction();
    std::string flags;
    for (const std::string& flag : c.flags) flags += " --" + flag;
    print(fmt::format("--op {:<17} {:<27} default --shape {:<12}{}\n", c.operation(), direction,
                      fmt::format("{},{},{},{}", c.shape[0], c.shape[1], c.shape[2], c.shape[3]), flags));
  }
}

void run(const ProfileOptions& options) {
  Progress progress(options.json || isatty(STDOUT_FILENO) == 0);  // a bar only on a terminal
  nlohmann::ordered_json operations = nlohmann::ordered_json::array();
  for (const ProfileCase& which : choose_profile_cases(options.operation, options.direction)) {
    const Profile result = profile(which, options.setting, [&](double share) {
      progress.show(share, which.name, "of this kernel's blocks counted");
    });
    progress.clear();
    if (options.json)
      operations.push_back(to_json(result));
    else
      print(fmt::format("{}\n", to_text(result)));
    std::fflush(stdout);
  }
  if (options.json)
    print(fmt::format("{}\n", nlohmann::ordered_json{{"operations", operations}}.dump(2)));
  else
    print(profile_legend());
}

}  // namespace
}  // namespace norma

int main(int argc, char** argv) {
  return norma::run_app("simt_profile", [&] {
    const norma::ProfileOptions options = norma::parse_profile_options(argc, argv);
    if (options.help) return norma::print(norma::profile_help_text()), 0;
    if (options.list) return norma::list_operations(), 0;
    if (!options.step.preset.empty())
      return norma::print(norma::step_text(options.step, norma::record_step(options.step), options.gpu)), 0;
    return norma::run(options), 0;
  });
}
