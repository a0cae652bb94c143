#include "layers/summary.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/autograd.h"
#include "layers/batch_norm.h"

namespace norma {
namespace {

// The receptive field of one pixel of a tensor in the network's input, and the distance of the receptive
// fields of two neighbours.
struct View {
  std::int64_t field = 1, step = 1;
};

View look_through(const View& in, const Window& window, const Shape& x) {
  const bool image = x.rank() == 4;
  const std::int64_t kernel = !window.global ? std::max(window.kernel.h, window.kernel.w)
                              : image        ? std::max(x[2], x[3])
                                             : 1;
  return {in.field + (kernel - 1) * in.step, in.step * std::max(window.stride.h, window.stride.w)};
}

std::string megabytes(double floats) { return fmt::format("{:.2f}", floats * 4 / (1024 * 1024)); }

// torchsummary writes -1 for the batch.
std::string output_shape(const Shape& shape) {
  std::string text = "[-1";
  for (int d = 1; d < shape.rank(); ++d) text += ", " + std::to_string(shape[d]);
  return text + "]";
}

// Each different setting once.
void add_note(std::vector<std::string>& notes, const std::string& settings) {
  const std::string text = "BatchNorm2d " + settings;
  if (std::find(notes.begin(), notes.end(), text) == notes.end()) notes.push_back(text);
}

}  // namespace

std::string with_commas(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

Summary summarize(Module& network, const Shape& image) {
  Summary summary{image, {}, 0, {}};
  std::map<const void*, View> views;  // by the numbers' address: an output is the next layer's input
  std::set<const void*> counted;
  View last;
  const auto add_row = [&](const Module& module, const Tensor& in, const Tensor& out) {
    const bool composite = !module.children().empty();
    if (!composite) last = look_through(views[in.raw()], module.window(), in.shape());
    views[out.raw()] = last;
    LayerRow row{fmt::format("{}-{}", module.type(), summary.layers.size() + 1), module.path(), out.shape()};
    for (const auto& [name, parameter] : module.own_parameters())
      if (counted.insert(parameter.raw()).second) row.parameters += parameter.numel();
    summary.parameters += row.parameters;
    if (module.type() == "Sequential" || &module == &network) return;
    if (const auto* norm = dynamic_cast<const BatchNorm2d*>(&module))
      add_note(summary.notes, norm->settings());
    row.receptive_field = last.field;
    row.multiply_adds = module.multiply_adds(in.shape(), out.shape());
    summary.layers.push_back(std::move(row));
  };

  const NoGrad no_grad;
  const bool training = network.is_training();
  network.eval();
  {
    const ModuleObserver observer(add_row);
    const Tensor x = Tensor::zeros({1, image[0], image[1], image[2]});
    views[x.raw()] = {};
    network(x);
  }
  network.train(training);
  return summary;
}

std::int64_t Summary::multiply_adds() const {
  std::int64_t sum = 0;
  for (const LayerRow& row : layers) sum += row.multiply_adds;
  return sum;
}

std::string Summary::to_string() const {
  std::size_t longest = 20;
  for (const LayerRow& row : layers) longest = std::max(longest, row.name.size());
  const std::size_t width = 76 + longest;
  const std::string thin(width, '-'), thick(width, '=');
  std::string text = thin + "\n";
  text += fmt::format("{:>{}}  {:>25} {:>15} {:>15} {:>15}\n", "Layer (type)", longest, "Output Shape",
                      "Param #", "Receptive field", "Mult-adds");
  text += thick + "\n";
  double outputs = 0;
  for (const LayerRow& row : layers) {
    text += fmt::format("{:>{}}  {:>25} {:>15} {:>15} {:>15}\n", row.name, longest, output_shape(row.output),
                        with_commas(row.parameters), row.receptive_field, with_commas(row.multiply_adds));
    outputs += static_cast<double>(row.output.numel());
  }
  const double in = static_cast<double>(input.numel()), own = static_cast<double>(parameters);
  text += thick + "\n";
  text += fmt::format("Total params: {}\nTrainable params: {}\nNon-trainable params: 0\n",
                      with_commas(parameters), with_commas(parameters));
  text += fmt::format("Total mult-adds: {}\n", with_commas(multiply_adds()));
  text += thin + "\n";
  for (const std::string& note : notes) text += note + "\n";
  if (!notes.empty()) text += thin + "\n";
  text += fmt::format("Input size (MB): {}\nForward/backward pass size (MB): {}\nParams size (MB): {}\n",
                      megabytes(in), megabytes(2 * outputs), megabytes(own));
  text += fmt::format("Estimated Total Size (MB): {}\n", megabytes(in + 2 * outputs + own));
  return text + thin + "\n";
}

}  // namespace norma
