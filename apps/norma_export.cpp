// norma_export: writes a trained network in formats of other programs.
//
//   norma_export runs/gn4 --onnx gn4.onnx      for ONNX Runtime and similar programs (layers/export/onnx.h)
//
// PyTorch needs no export: it loads model.safetensors by name (bench/peers/exchange.py).
#include <fmt/format.h>

#include <optional>

#include "apps/cli/flags.h"
#include "apps/cli/run_app.h"
#include "apps/commands/program.h"
#include "core/error.h"
#include "core/save_file.h"
#include "layers/export/onnx.h"
#include "optim/run/saved_model.h"

namespace norma {
namespace {

struct ExportOptions {
  std::optional<std::string> onnx;
  bool help = false;
};

const std::vector<Flag<ExportOptions>>& flags() {
  static const std::vector<Flag<ExportOptions>> all = {
      {"", "onnx", "FILE", "write the network as ONNX",
       [](ExportOptions& o, const std::string&, const std::string& v) { o.onnx = v; }},
      {"", "help", "", "print this text and end",
       [](ExportOptions& o, const std::string&, const std::string&) { o.help = true; }},
  };
  return all;
}

std::string help() {
  return "norma_export writes a trained network in formats of other programs.\n\n"
         "Usage: norma_export RUN --onnx FILE\n\n"
         "RUN is a run folder, or a model.safetensors that cifar_norm wrote.\n\n" +
         flags_help(texts_of(flags())) +
         "\nThe ONNX file takes \"images\", float32 [N, C, H, W] with pixels from 0 to 1, and gives "
         "\"scores\",\n"
         "[N, classes]. It contains the pixel normalization and, as metadata, the names of the classes.\n"
         "Exit status: 0 written, 1 failed, 2 wrong command line.\n";
}

int run(int argc, const char* const* argv) {
  ExportOptions options;
  std::vector<std::string> runs;
  apply_flags(flags(), argc, argv, options, &runs);
  if (options.help) return print(help()), 0;
  if (runs.size() != 1)
    fail_usage("norma_export takes one run folder or model, not {}; see --help", runs.size());
  if (!options.onnx) fail_usage("nothing to write: add --onnx FILE");

  const SavedModel model = load_saved_model(runs.front());
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
