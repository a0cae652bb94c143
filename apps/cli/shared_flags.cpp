#include "apps/cli/shared_flags.h"

#include "apps/cli/arguments.h"
#include "core/cuda_runtime.h"
#include "core/error.h"
#include "core/parallel.h"
#include "kernels/simd_target.h"

namespace norma {
namespace {

using S = const std::string&;

std::string url(S flag, S value) {
  const std::size_t scheme = value.starts_with("https://") ? 8 : value.starts_with("http://") ? 7 : 0;
  if (scheme == 0 || value.size() == scheme)
    fail_usage("--{} takes a URL, http://… or https://…, not '{}'", flag, value);
  return value;
}

}  // namespace

const std::vector<Flag<ImageSource>>& data_set_flags() {
  static const auto all = [] {
    std::vector<std::string> names;
    for (const KnownDataSet& set : known_data_sets()) names.push_back(set.name);
    return std::vector<Flag<ImageSource>>{
        {"Data", "data-set", "NAME",
         listing(names) + ": --data DIR with DIR/train/CLASS/*.png or jpg and DIR/test/CLASS/…",
         [names](ImageSource& o, S f, S v) { o.set = &find_data_set(one_of(f, v, names)); }},
        {"Data", "labels", "KIND", "labels of cifar100: fine (100 classes) or coarse (20) (fine)",
         [](ImageSource& o, S f, S v) {
           o.labels = one_of(f, v, {"fine", "coarse"}) == "coarse" ? Labels::coarse : Labels::fine;
         }},
    };
  }();
  return all;
}

const std::vector<Flag<ImageSource>>& data_flags() {
  static const std::vector<Flag<ImageSource>> all = {
      {"Data", "data", "DIR", "folder with the images, or 'synthetic' ($NORMA_DATA, else ~/.cache/norma)",
       [](ImageSource& o, S f, S v) { o.data = not_empty(f, v); }},
      {"Data", "mirror", "URL", "download the official archive from this address",
       [](ImageSource& o, S f, S v) { o.mirror = url(f, v); }},
  };
  return all;
}

const std::vector<Flag<MachineOptions>>& machine_flags() {
  static const std::vector<Flag<MachineOptions>> all = {
      {"Machine", "threads", "N", "CPU threads; the result does not depend on it (all cores)",
       [](MachineOptions& o, S f, S v) {
         o.threads = static_cast<int>(whole_number(f, v, 1, most_threads));
       }},
      {"Machine", "simd", "NAME",
       "use at most this instruction set: AVX3, AVX2, SSE4, … (the processor's best)",
       [](MachineOptions& o, S f, S v) { o.simd = not_empty(f, v); }},
      {"Machine", "device", "NAME",
       "cpu, cuda (a GPU; cuda:1 the second), simt (the CUDA kernels on the CPU) or reference (cuda if a GPU "
       "answers, else cpu)",
       [](MachineOptions& o, S f, S v) {
         const bool numbered = v.starts_with("cuda:");
         o.gpu =
             numbered ? std::optional(static_cast<int>(whole_number(f, v.substr(5), 0, 1023))) : std::nullopt;
         o.chosen_device = device_from(f, numbered ? "cuda" : v);
       }},
  };
  return all;
}

Device MachineOptions::device() const {
  if (chosen_device) return *chosen_device;
  return unavailable_because(Device::cuda).empty() ? Device::cuda : Device::cpu;
}

std::string describe_machine(const MachineOptions& machine) {
  const std::string on =
      threads() > cores() ? fmt::format(" on {} core{}", cores(), cores() == 1 ? "" : "s") : "";
  std::string text =
      fmt::format("{} thread{}{}, {}", threads(), threads() == 1 ? "" : "s", on, simd_target());
  if (machine.device() == Device::cuda) text += ", " + cuda_runtime::gpu_name();
  if (!machine.chosen_device && machine.device() == Device::cpu && cuda_runtime::gpu_exists())
    text += " · not on the GPU: " + unavailable_because(Device::cuda);
  return text;
}

void use_machine(const MachineOptions& machine) {
  if (machine.threads > 0) set_threads(machine.threads);
  if (machine.gpu) cuda_runtime::choose_gpu(*machine.gpu);
  require_available(machine.device());
  if (!machine.simd.empty()) limit_simd(machine.simd);
}

}  // namespace norma
