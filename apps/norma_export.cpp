// norma_export: writes a trained network in formats of other programs.
//
//   norma_export runs/gn4 --onnx gn4.onnx      for ONNX Runtime and similar programs (layers/export/onnx.h)
//   norma_export runs/bn --fold --onnx bn.onnx    without batch norms: they become part of the convolutions
//
// PyTorch needs no export: it loads model.safetensors by name (bench/peers/exchange.py).
#include <fmt/format.h>

#include <cmath>
#include <numeric>
#include <optional>

#include "apps/cli/arguments.h"
#include "apps/cli/find_images.h"
#include "apps/cli/flags.h"
#include "apps/cli/run_app.h"
#include "apps/commands/program.h"
#include "core/autograd.h"
#include "core/error.h"
#include "core/save_file.h"
#include "layers/export/fold.h"
#include "layers/export/onnx.h"
#include "layers/safetensors.h"
#include "optim/run/saved_model.h"

namespace norma {
namespace {

struct ExportOptions {
  std::optional<std::string> onnx, weights;
  ImageSource images;
  bool fold = false, help = false;
};

const std::vector<Flag<ExportOptions>>& flags() {
  using O = ExportOptions&;
  using S = const std::string&;
  static const auto all = joined<ExportOptions>(
      {{{"", "onnx", "FILE", "write the network as ONNX", [](O o, S f, S v) { o.onnx = not_empty(f, v); }},
        {"", "weights", "FILE", "write its weights as safetensors",
         [](O o, S f, S v) { o.weights = not_empty(f, v); }},
        {"", "fold", "",
         "fold batch norms into the convolutions before them; compare outputs on 1,000 images",
         [](O o, S, S) { o.fold = true; }},
        {"", "help", "", "print this text and end", [](O o, S, S) { o.help = true; }}},
       of_part(data_flags(), &ExportOptions::images)});
  return all;
}

std::string help() {
  return "norma_export writes a trained network in formats of other programs.\n\n"
         "Usage: norma_export RUN [--fold] [--onnx FILE] [--weights FILE]\n\n"
         "RUN is a run folder, or a model.safetensors that cifar_norm wrote.\n\n" +
         flags_help(texts_of(flags())) +
         "\nThe ONNX file takes \"images\", float32 [N, C, H, W] with pixels from 0 to 1, and gives "
         "\"scores\",\n"
         "[N, classes]. It contains the pixel normalization and, as metadata, the names of the classes.\n"
         "Products are exact, even if the training had another --precision.\n"
         "Exit status: 0 written, 1 failed, 2 wrong command line.\n";
}

// Replaces the network by one without batch norms, and says how far its outputs are from those before.
void fold(SavedModel& model, const ImageSource& source) {
  const NoGrad no_grad;
  model.network->eval();
  Progress progress(true);
  LoadOptions load = model.load;
  load.most_train = 0, load.most_test = 1000;
  const Dataset images = first_images(find_images(*model.set, source, load, false, progress).test, 1000);
  std::vector<std::int64_t> indices(static_cast<std::size_t>(images.labels.numel()));
  std::iota(indices.begin(), indices.end(), 0);
  const Tensor x = load_batch(images, indices, model.normalization).x;
  const auto before = (*model.network)(x).to_vector<double>();
  model.network = fold_batch_norms(dynamic_cast<const Sequential&>(*model.network));
  const auto after = (*model.network)(x).to_vector<double>();
  double difference = 0, largest = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    difference = std::max(difference, std::abs(after[i] - before[i]));
    largest = std::max(largest, std::abs(before[i]));
  }
  print(fmt::format(
      "folded    largest difference of the scores of {} images: {:.2g}; the largest score: {:.3g}\n",
      images.labels.numel(), difference, largest));
}

int run(int argc, const char* const* argv) {
  ExportOptions options;
  std::vector<std::string> runs;
  apply_flags(flags(), argc, argv, options, &runs);
  if (options.help) return print(help()), 0;
  if (runs.size() != 1)
    fail_usage("norma_export takes one run folder or model, not {}; see --help", runs.size());
  if (!options.onnx && !options.weights) fail_usage("nothing to write: add --onnx FILE or --weights FILE");
  SavedModel model = load_saved_model(runs.front(), Precision::exact);
  if (options.fold) fold(model, options.images);
  if (options.weights) save_safetensors(*options.weights, model.network->state_dict(), {{"format", "pt"}});
  if (!options.onnx) return 0;
  const OnnxModel onnx = to_onnx(*model.network, {model.name, model.load.image, model.normalization.mean,
                                                  model.normalization.std, model.classes});
  save_file(*options.onnx, onnx.bytes);
  print(fmt::format(
      "{}: {} · {} · opset {} · {} nodes · {} bytes · images [N, {}, {}, {}] in [0, 1] → scores\n",
      *options.onnx, model.name, model.norm, onnx.opset, onnx.nodes, onnx.bytes.size(), model.load.image[0],
      model.load.image[1], model.load.image[2]));
  return 0;
}

}  // namespace
}  // namespace norma

int main(int argc, char** argv) {
  return norma::run_app("norma_export", [&] { return norma::run(argc, argv); });
}
