// norm_lab: looks into the norms. Each subcommand prints text, and can write a page or a picture.
//
//   norm_lab explain gn --shape 1,4,2,2 --groups 2 --backward   every number of a norm, forward and backward
//   norm_lab variance --html variance.html                      ways to compute a variance, and their errors
//   norm_lab noise runs/bn --batches 2,8,32,128                 how far a batch strays from the data set
//   norm_lab memory --preset c11-48096 --norm gn                what each layer keeps for its backward pass
#include <cmath>

#include "apps/cli/arguments.h"
#include "apps/cli/find_images.h"
#include "apps/cli/flags.h"
#include "apps/cli/progress.h"
#include "apps/cli/run_app.h"
#include "apps/norm_lab/pages.h"
#include "core/error.h"
#include "core/random.h"
#include "core/save_file.h"
#include "data/tensor_file.h"
#include "optim/presets.h"
#include "optim/run/saved_model.h"
#include "optim/trainer.h"

namespace norma {
namespace {

struct LabOptions {
  ImageSource images;
  std::vector<std::int64_t> batches = {2, 4, 8, 16, 32, 64, 128, 256, 512};
  std::optional<Shape> shape;
  std::int64_t groups = 1;
  std::string values, html, png, preset = "norma-49k";
  std::optional<std::string> norm;
  std::optional<std::int64_t> batch;
  std::uint64_t seed = 1;
  bool backward = false, help = false;
};
using O = LabOptions&;
using S = const std::string&;

Shape shape_from(S flag, S value) {
  std::vector<std::int64_t> sizes;
  for (const std::string& word : split_words(value, ',')) sizes.push_back(whole_number(flag, word, 1, 4096));
  if (sizes.size() != 4) fail_usage("--{} takes four numbers, N,C,H,W, not '{}'", flag, value);
  const Shape shape{std::span<const std::int64_t>(sizes)};
  if (shape.numel() > 65536)
    fail_usage("--{} {} has {} numbers: at most 65,536 can be shown", flag, value, shape.numel());
  return shape;
}

using Flags = std::vector<Flag<LabOptions>>;
const Flag<LabOptions> html = {"", "html", "FILE", "write a page",
                               [](O o, S f, S v) { o.html = not_empty(f, v); }},
                       png = {"", "png", "FILE", "write a picture",
                              [](O o, S f, S v) { o.png = not_empty(f, v); }},
                       help = {"", "help", "", "print this text and end", [](O o, S, S) { o.help = true; }};

struct Subcommand {
  std::string name, arguments, text;
  Flags flags;
  void (*run)(const LabOptions&, const std::vector<std::string>& others);
};

void write(const LabOptions& options, const Shown& shown) {
  print(shown.text);
  if (!options.html.empty()) save_file(options.html, shown.html);
  if (!options.png.empty()) save_file(options.png, encode_png(shown.picture));
}

// Multiples of 0.5 from -3 to 3: figures that can be checked by hand.
Tensor random_values(const Shape& shape, std::uint64_t seed, std::uint32_t stream) {
  const RandomSequence random{seed, 0, stream};
  std::vector<double> values;
  for (std::int64_t i = 0; i < shape.numel(); ++i)
    values.push_back(0.5 * std::floor(13 * random.uniform(static_cast<std::uint64_t>(i))) - 3);
  return Tensor::from(values, shape);
}

void explain_norm(const LabOptions& options, const std::vector<std::string>& others) {
  if (others.size() != 1) fail_usage("explain takes one norm, one of {}", listing(norm_names()));
  const Norm norm = norm_from(one_of("norm", others.front(), norm_names()));
  if (options.values.empty() && !options.shape) fail_usage("explain needs --shape N,C,H,W or --values FILE");
  const Tensor x = options.values.empty() ? random_values(*options.shape, options.seed, 0)
                                          : read_values(options.values, options.shape);
  std::optional<Tensor> dy;
  if (options.backward) dy = random_values(x.shape(), options.seed, 1);
  write(options, show_explanation(explain(norm, x, options.groups, dy), shows_colours()));
}

void compare_variances(const LabOptions& options, const std::vector<std::string>& others) {
  if (!others.empty()) fail_usage("variance takes no '{}'", others.front());
  write(options, show_variance());
}

// Without a run: after a short training on the built-in images.
void compare_batches(const LabOptions& options, const std::vector<std::string>& others) {
  if (others.size() > 1) fail_usage("noise takes one run folder, not {}", others.size());
  const auto measure = [&](Module& network, const Dataset& images, const Normalization& pixels, S whose) {
    write(options, show_noise(measure_batch_noise(network, first_images(images, 4000), pixels,
                                                  options.batches, options.seed),
                              whose));
  };
  if (!others.empty()) {
    if (options.norm) fail_usage("noise takes a run or --norm, not both: the run has its norm");
    const SavedModel model = load_saved_model(others.front());
    Progress progress(true);
    const DataSplit images = find_images(*model.set, options.images, model.load, true, progress);
    return measure(*model.network, images.train, model.normalization, others.front() + ", " + model.norm);
  }
  const Norm norm = norm_from(options.norm.value_or("bn"));
  const Preset& preset = find_preset(options.preset);
  const DataSplit images = load_data(*preset.data, std::nullopt);
  manual_seed(options.seed);
  const auto network = preset.network({.norm = norm, .classes = preset.data->classes});
  Recipe recipe = preset.recipe(norm);
  recipe.epochs = 1;
  Trainer(network,
          {first_images(images.train, 3200), first_images(images.test, 64), {}, preset.data->normalization},
          recipe)
      .run_epoch();
  measure(*network, images.train, preset.data->normalization,
          fmt::format("{}, {}, after an epoch of 3,200 built-in images", preset.name, name(norm)));
}

void show_memory(const LabOptions& options, const std::vector<std::string>& others) {
  if (!others.empty()) fail_usage("memory takes no '{}'", others.front());
  const Preset& preset = find_preset(options.preset);
  const Norm norm = options.norm ? norm_from(*options.norm) : preset.rows.front().norm;
  const std::int64_t batch = options.batch.value_or(preset.recipe(norm).batch_size);
  const Shape& image = preset.data->image;
  const Shape images = {batch, image[0], image[1], image[2]};
  manual_seed(1);
  const auto network = preset.network({.norm = norm, .classes = preset.data->classes});
  print(memory_text(preset.name + " · " + name(norm), images, kept_memory(*network, images)));
}

const std::vector<Subcommand>& subcommands() {
  static const std::vector<Subcommand> all = {
      {"explain",
       "NORM",
       "every number of a norm: sets, statistics, x̂, y, and the parts of dx",
       {{"", "shape", "N,C,H,W", "shape of x", [](O o, S f, S v) { o.shape = shape_from(f, v); }},
        {"", "groups", "G", "groups of gn (1)",
         [](O o, S f, S v) { o.groups = whole_number(f, v, 1, 4096); }},
        {"", "values", "FILE", "x from a .npy file or numbers in a text file",
         [](O o, S f, S v) { o.values = not_empty(f, v); }},
        {"", "seed", "N", "other random numbers (1)",
         [](O o, S f, S v) { o.seed = static_cast<std::uint64_t>(whole_number(f, v, 0, 1LL << 53)); }},
        {"", "backward", "", "a random dy, the sums of each set, and dx",
         [](O o, S, S) { o.backward = true; }},
        html,
        png,
        help},
       explain_norm},
      {"variance",
       "",
       "the errors of seven ways to compute a variance, in five pairs of formats",
       {html, png, help},
       compare_variances},
      {"noise", "[RUN]",
       "how far mean and variance of a batch stray from those of the data set, norm by norm, in a trained "
       "network",
       joined<LabOptions>(
           {{{"", "batches", "LIST", "sizes (2,4,8,16,32,64,128,256,512)",
              [](O o, S f, S v) {
                o.batches.clear();
                for (const std::string& word : split_words(v, ','))
                  o.batches.push_back(whole_number(f, word, 1, 1 << 20));
              }},
             {"", "norm", "NAME", "without a RUN: the norm of norma-49k, trained for an epoch (bn)",
              [](O o, S f, S v) { o.norm = one_of(f, v, norm_names()); }},
             html,
             png,
             help},
            of_part(data_flags(), &LabOptions::images)}),
       compare_batches},
      {"memory",
       "",
       "what each layer keeps for its backward pass, and what recomputing would save",
       {{"", "preset", "NAME", "the network (norma-49k)",
         [](O o, S f, S v) { o.preset = one_of(f, v, preset_names()); }},
        {"", "norm", "NAME", "its norm (the preset's first)",
         [](O o, S f, S v) { o.norm = one_of(f, v, norm_names()); }},
        {"", "batch", "N", "images (the preset's)",
         [](O o, S f, S v) { o.batch = whole_number(f, v, 1, 4096); }},
        help},
       show_memory},
  };
  return all;
}

std::string help_text() {
  std::string text = "norm_lab looks into the norms.\n\nUsage: norm_lab SUBCOMMAND [flags]\n";
  for (const Subcommand& s : subcommands())
    text += fmt::format("\nnorm_lab {}{} [flags]\n    {}\n\n{}", s.name,
                        s.arguments.empty() ? "" : " " + s.arguments, s.text, flags_help(texts_of(s.flags)));
  return text + "\nExit status: 0 done, 1 failed, 2 wrong command line.\n";
}

int run(int argc, const char* const* argv) {
  const std::string word = argc > 1 ? argv[1] : "--help";
  if (word == "--help" || word == "-h") return print(help_text()), 0;
  std::vector<std::string> names;
  for (const Subcommand& s : subcommands()) names.push_back(s.name);
  for (const Subcommand& s : subcommands()) {
    if (s.name != word) continue;
    LabOptions options;
    std::vector<std::string> others;
    apply_flags(s.flags, argc - 1, argv + 1, options, &others);
    if (options.help) return print(help_text()), 0;
    return s.run(options, others), 0;
  }
  fail_usage("there is no '{}'; norm_lab has {}{}", word, listing(names), did_you_mean(word, names));
}

}  // namespace
}  // namespace norma

int main(int argc, char** argv) {
  return norma::run_app("norm_lab", [&] { return norma::run(argc, argv); });
}
