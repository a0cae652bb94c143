#include "optim/presets.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "layers/network/zoo.h"
#include "layers/summary.h"
#include "optim/measured.h"

namespace norma {
namespace {

// ---- recipes: the differences from Recipe's defaults ------------------------------------------------------

Recipe common(Norm) { return {}; }

Recipe plateau(Norm) { return {.scheduler = {.kind = "plateau", .gamma = 0.1, .patience = 2}}; }

Recipe plateau_of_64(Norm norm) {
  Recipe r = plateau(norm);
  r.batch_size = 64;
  return r;
}

Recipe steps(Norm) { return {.scheduler = {.kind = "step", .step_size = 6, .gamma = 0.1}}; }

Recipe strong_l1(Norm) { return {.l1 = 0.05}; }

Recipe one_cycle(Norm norm) {
  return {.batch_size = 64,
          .lr = row_of(norm).traits.normalizes ? 0.1 : 0.005,
          .nesterov = true,
          .weight_decay = 5e-4,
          .scheduler = {.kind = "onecycle"},
          .label_smoothing = 0.05,
          .augmentation = {.flip = true, .crop = 2}};
}

Recipe rotation(Norm norm) { return {.l1 = norm == Norm::bn ? 0.01 : 0, .augmentation = {.rotate = 7}}; }

}  // namespace

// ---- the table --------------------------------------------------------------------------------------------

const std::vector<Preset>& presets() {
  static const std::vector<Preset> all = {
      {"norma-49k",
       &cifar10_data,
       "",
       {{Norm::bn, 49744}, {Norm::gn, 49744}, {Norm::ln, 49744}},
       norma_49k,
       one_cycle},
      {"c11-48096",
       &cifar10_data,
       "walnashgit/ERAV2, S8",
       {{Norm::bn, 48096, 70.82, 74.5}, {Norm::gn, 48096, 71.01, 73.08}, {Norm::ln, 48096}},
       c11_48096,
       common},
      // Published as 12 channels wide, but its notebook trained 16 channels, which gives 111,568 parameters.
      {"c11-111568",
       &cifar10_data,
       "walnashgit/ERAV2, S8",
       {{Norm::ln_chw, 111568, 52.05, 59.44}},
       c11_111568,
       common},
      {"bn-48512", &cifar10_data, "das91t70/S8", {{Norm::bn, 48512, {}, 77.8}}, wide_48512, plateau},
      {"ln-50900",
       &cifar10_data,
       "das91t70/S8",
       {{Norm::ln_chw, 50900, {}, 69.33}},
       narrow_18212,
       plateau_of_64},
      {"gn-18212", &cifar10_data, "das91t70/S8", {{Norm::gn, 18212, {}, 68.3}}, narrow_18212, plateau_of_64},
      {"skip-37108",
       &cifar10_data,
       "dknayakbu/ERA-V1, S8",
       {{Norm::bn, 37108, 80.03, 69.77}, {Norm::gn, 37108, 72.64, 70.0}},
       skip_37108,
       steps},
      {"skip-138324",
       &cifar10_data,
       "dknayakbu/ERA-V1, S8",
       {{Norm::ln_chw, 138324, 71.75, 69.29}},
       skip_37108,
       steps},
      {"stride-29472",
       &cifar10_data,
       "yuvaraj-venkataswamy/ERA-V1, S8",
       {{Norm::bn, 29472, {}, 10.0}, {Norm::ln, 29472, {}, 10.0}, {Norm::gn, 29472, {}, 10.0}},
       stride_29472,
       strong_l1},
      {"mnist-9752",
       &mnist_data,
       "DimpleB0501/eva8, S5",
       {{Norm::bn, 9752, 94.19, 92.01}, {Norm::ln, 9752, 99.35, 99.29}, {Norm::gn, 9752, 99.45, 99.37}},
       mnist_9752,
       rotation},
  };
  return all;
}

const Preset& find_preset(const std::string& name) {
  const auto found =
      std::find_if(presets().begin(), presets().end(), [&](const Preset& p) { return p.name == name; });
  if (found == presets().end())
    fail("no preset is called '{}'; the presets are {}", name, fmt::join(preset_names(), ", "));
  return *found;
}

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const Preset& preset : presets()) names.push_back(preset.name);
  return names;
}

bool takes(const Preset& preset, const KnownDataSet& set) {
  return set.image.rank() == 0 || set.image == preset.data->image;
}

const Preset& default_preset(const KnownDataSet& set) {
  for (const Preset& preset : presets())
    if (takes(preset, set)) return preset;
  fail("no preset takes images of {}, the size of {}", set.image.to_string(), set.title);
}

std::string list_presets() {
  const auto percent = [](const std::optional<double>& x) { return x ? fmt::format("{:.2f}", *x) : "–"; };
  std::string text = fmt::format("{:<14} {:<7} {:>10}   {:>9} {:>6}  {}\n", "preset", "norm", "parameters",
                                 "published", "Norma", "source");
  for (const Preset& preset : presets())
    for (const PublishedRow& row : preset.rows)
      text += fmt::format("{:<14} {:<7} {:>10}   {:>9} {:>6}  {}\n", preset.name, name(row.norm),
                          with_commas(row.parameters), percent(row.test),
                          percent(measured_accuracy(preset.name, row.norm)),
                          preset.source.empty() ? "Norma" : preset.source);
  return text +
         "\nTest accuracies in percent after at most 20 epochs: the best epoch of one run; for norma-49k the "
         "last\nepoch, as the mean over its runs. docs/results lists every epoch.\n";
}

}  // namespace norma
