#include "apps/presets.h"

#include <algorithm>

#include "apps/measured.h"
#include "apps/options.h"
#include "layers/summary.h"

namespace norma {
namespace {

using Net = std::shared_ptr<Sequential>;
using Choice = const NetworkChoice&;

// ---- networks ---------------------------------------------------------------------------------------------

// C1 C2 c3 P1 C4 C5 C6 c7 P2 C8 C9 C10 GAP c11; c3, c7 and c11 are bare 1×1 convolutions.
Net c11(Choice choice, double dropout, std::int64_t wide, std::int64_t c4) {
  return NetworkBuilder(choice, {3, 32, 32}, {.dropout = dropout, .drop = Drop::channel})
      .block("C1", wide, {.padding = 1, .groups = 4})
      .block("C2", wide, {.padding = 1, .groups = 4})
      .conv("c3", 10)
      .max_pool("P1", 2)
      .block("C4", c4, {.padding = 1, .groups = 4})
      .block("C5", wide, {.padding = 1, .groups = 8})
      .block("C6", wide, {.padding = 1, .groups = 8})
      .conv("c7", 10)
      .max_pool("P2", 2)
      .block("C8", wide, {.padding = 1, .groups = 4})
      .block("C9", wide, {.padding = 1, .groups = 4})
      .block("C10", wide, {.padding = 1, .groups = 4})
      .global_avg_pool("GAP")
      .conv("c11", 10)
      .flatten("flat")
      .build();
}

Net c11_48096(Choice choice) { return c11(choice, 0.05, 32, 16); }
Net c11_111568(Choice choice) { return c11(choice, 0.1, 16, 16); }

// The same skeleton, wider, with a norm in every block, the 1×1 ones too.
Net wide_48512(Choice choice) {
  return NetworkBuilder(choice, {3, 32, 32}, {.dropout = 0.05, .drop = Drop::element})
      .block("C1", 16, {.padding = 1})
      .block("C2", 32, {.padding = 1})
      .block("c3", 16, {.kernel = 1})
      .max_pool("P1", 2)
      .block("C4", 24, {.padding = 1})
      .block("C5", 32, {.padding = 1, .drop = Drop::none})
      .block("C6", 40, {.padding = 1})
      .block("c7", 16, {.kernel = 1})
      .max_pool("P2", 2)
      .block("C8", 24, {.padding = 1})
      .block("C9", 32, {.padding = 1, .drop = Drop::none})
      .block("C10", 32, {.padding = 1})
      .global_avg_pool("GAP")
      .conv("c11", 10)
      .flatten("flat")
      .build();
}

// … and narrower, with a norm in five blocks only.
Net narrow_18212(Choice choice) {
  return NetworkBuilder(choice, {3, 32, 32}, {.dropout = 0.05, .drop = Drop::element})
      .block("C1", 12, {.groups = 3})
      .block("C2", 24, {.norm = false})
      .block("c3", 10, {.kernel = 1, .norm = false})
      .max_pool("P1", 2)
      .block("C4", 16, {.groups = 4})
      .block("C5", 16, {.padding = 1, .groups = 4, .drop = Drop::none})
      .block("C6", 24, {.padding = 1, .norm = false})
      .block("c7", 8, {.kernel = 1, .norm = false})
      .max_pool("P2", 2)
      .block("C8", 12, {.padding = 1, .groups = 3})
      .block("C9", 16, {.padding = 1, .groups = 4, .drop = Drop::none})
      .block("C10", 32, {.padding = 1, .norm = false})
      .global_avg_pool("GAP")
      .conv("c11", 10)
      .flatten("flat")
      .build();
}

// Residual additions around 1×1 blocks; no padding anywhere: 32 → 28 → 14 → 10 → 5 → 1.
Net skip_37108(Choice choice) {
  const auto same = [](std::int64_t channels) {
    return [=](NetworkBuilder& body) { body.block("block", channels, {.kernel = 1, .groups = 2}); };
  };
  return NetworkBuilder(choice, {3, 32, 32}, {.dropout = 0.2})
      .block("C1", 16, {.groups = 2})
      .block("C2", 16, {.groups = 2})
      .residual("R3", same(16))
      .dropout("D3")
      .max_pool("P1", 2)
      .block("C4", 32, {.groups = 2})
      .block("C5", 32, {.groups = 2})
      .residual("R6", same(32))
      .dropout("D6")
      .max_pool("P2", 2)
      .block("C7", 32, {.groups = 2})
      .block("C8", 32, {.groups = 2})
      .conv("c9", 10)
      .global_avg_pool("GAP")
      .residual("R10", [](NetworkBuilder& body) { body.conv("conv", 10); })
      .flatten("flat")
      .build();
}

// 1×1 convolutions of stride 2 before each pool: 32 → 16 → 8 → 10 → 5 → 2 → 1.
Net stride_29472(Choice choice) {
  return NetworkBuilder(choice, {3, 32, 32}, {.dropout = 0.03, .drop = Drop::element, .relu_first = true})
      .block("C1", 8, {.padding = 1, .groups = 2})
      .block("C2", 16, {.padding = 1, .groups = 4})
      .conv("c3", 8, {.stride = 2, .bias = true})
      .max_pool("P1", 2)
      .block("C4", 16, {.padding = 1, .groups = 4})
      .block("C5", 32, {.kernel = 1, .padding = 1, .groups = 4, .drop = Drop::channel})
      .conv("c6", 16, {.stride = 2, .bias = true})
      .max_pool("P2", 2)
      .block("C7", 32, {.padding = 1, .groups = 4})
      .block("C8", 64, {.padding = 1, .groups = 2})
      .conv("c9", 32, {.stride = 2, .bias = true})
      .relu("relu9")
      .global_avg_pool("GAP")
      .conv("c10", 10)
      .flatten("flat")
      .build();
}

// Norma's own: residual additions, filters that are standardized, and the norm after ReLU, which is what lets layer and
// group norm keep up with batch norm (docs/results/norma-49k.md has what was tried).
Net norma_49k(Choice choice) {
  const auto once = [](NetworkBuilder& body) { body.block("a", 32, {.padding = 1}); };
  const auto twice = [](std::int64_t channels) {
    return [=](NetworkBuilder& body) {
      body.block("a", channels, {.padding = 1}).block("b", channels, {.padding = 1});
    };
  };
  return NetworkBuilder(choice, {3, 32, 32}, {.relu_first = true, .standardize = true})
      .block("C1", 16, {.padding = 1})
      .residual("R2", twice(16))
      .max_pool("P1", 2)
      .block("C3", 32, {.padding = 1})
      .residual("R4", twice(32))
      .max_pool("P2", 2)
      .residual("R5", once)
      .residual("R6", once)
      .block("c7", 64, {.kernel = 1, .relu_first = false})
      .global_avg_pool("GAP")
      .conv("c8", 10)
      .flatten("flat")
      .build();
}

Net mnist_9752(Choice choice) {
  return NetworkBuilder(choice, {1, 28, 28}, {.relu_first = true})
      .block("C1", 8, {.groups = 8})
      .block("C2", 24, {.groups = 8})
      .block("c3", 18, {.kernel = 1, .norm = false})
      .max_pool("P1", 2)
      .block("C4", 16, {.groups = 8})
      .block("C5", 16, {.groups = 8})
      .block("C6", 16, {.groups = 8})
      .avg_pool("GAP", 6)
      .conv("c7", 10)
      .flatten("flat")
      .build();
}

// ---- recipes ----------------------------------------------------------------------------------------------

void common(Options&) {}

void plateau(Options& o) { o.scheduler = {.kind = "plateau", .gamma = 0.1, .patience = 2}; }

void plateau_of_64(Options& o) {
  plateau(o);
  o.batch_size = 64;
}

void steps(Options& o) { o.scheduler = {.kind = "step", .step_size = 6, .gamma = 0.1}; }

void strong_l1(Options& o) { o.l1 = 0.05; }

void one_cycle(Options& o) {
  o.batch_size = 64;
  o.lr = o.network.norm == Norm::none ? 0.005 : 0.1;
  o.nesterov = true;
  o.weight_decay = 5e-4;
  o.scheduler.kind = "onecycle";
  o.label_smoothing = 0.05;
  o.augmentation = {.flip = true, .crop = 2};
}

void rotation(Options& o) {
  o.augmentation.rotate = 7;
  if (o.network.norm == Norm::bn) o.l1 = 0.01;
}

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
      // Published as 12 channels wide; 16 is what its notebook trained and what makes 111,568.
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
  if (found == presets().end()) fail("there is no preset called {}; see --list-presets", name);
  return *found;
}

std::vector<std::string> preset_names(const KnownDataSet& data) {
  std::vector<std::string> names;
  for (const Preset& preset : presets())
    if (preset.data == &data) names.push_back(preset.name);
  return names;
}

std::shared_ptr<Sequential> make_network(const Options& options) {
  return find_preset(options.preset).network(options.network);
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
         "\nTest accuracies in percent after at most 20 epochs: the best epoch of one run; of norma-49k the "
         "last one,\nmean over its runs. docs/results has every epoch of them.\n";
}

}  // namespace norma
