// Networks: the presets', and the builder.
#include "apps/python/casts.h"
#include "apps/python/words.h"
#include "layers/network/builder.h"
#include "optim/presets.h"

namespace norma::python {
namespace {

using namespace nb::literals;

NetworkChoice choice_from(const std::string& norm, std::optional<std::int64_t> groups,
                          std::optional<double> dropout, std::int64_t ghost, bool standardize,
                          std::int64_t classes, const std::string& precision) {
  return {
      norm_from(norm), groups, dropout, ghost, standardize, classes, precision_from("precision", precision)};
}

Drop drop_from(const std::string& name) {
  if (name == "none") return Drop::none;
  if (name == "element") return Drop::element;
  if (name == "channel") return Drop::channel;
  fail_usage("drop is none, element or channel, not '{}'", name);
}

void bind_builder(nb::module_& m) {
  nb::class_<NetworkBuilder> c(m, "NetworkBuilder",
                               "Makes a network layer by layer, and knows the size of the image at each: "
                               "NetworkBuilder((3, 32, 32), norm='gn').block('C1', 16, padding=1)….build()");
  const auto self = nb::rv_policy::reference;
  c.def(
       "__init__",
       [](NetworkBuilder* b, const Sizes& image, const std::string& norm, std::optional<std::int64_t> groups,
          std::int64_t classes, double dropout, const std::string& drop, bool relu_first, bool standardize,
          const std::string& precision) {
         new (b) NetworkBuilder(choice_from(norm, groups, {}, 0, standardize, classes, precision), image,
                                {dropout, drop_from(drop), relu_first, standardize});
       },
       "image"_a, "norm"_a = "bn", "groups"_a = nb::none(), "classes"_a = 10, "dropout"_a = 0.0,
       "drop"_a = "none", "relu_first"_a = false, "standardize"_a = false, "precision"_a = "exact")
      .def(
          "block",
          [](NetworkBuilder& b, const std::string& name, std::int64_t channels, std::int64_t kernel,
             std::int64_t padding, std::int64_t groups, bool norm) -> NetworkBuilder& {
            return b.block(name, channels, {kernel, padding, groups, norm});
          },
          "name"_a, "channels"_a, "kernel"_a = 3, "padding"_a = 0, "groups"_a = 4, "norm"_a = true, self,
          "convolution → norm → ReLU → dropout")
      .def(
          "conv",
          [](NetworkBuilder& b, const std::string& name, std::int64_t channels, std::int64_t kernel,
             std::int64_t stride, bool bias) -> NetworkBuilder& {
            return b.conv(name, channels, {kernel, stride, bias});
          },
          "name"_a, "channels"_a, "kernel"_a = 1, "stride"_a = 1, "bias"_a = false, self)
      .def("relu", &NetworkBuilder::relu, "name"_a, self)
      .def("dropout", &NetworkBuilder::dropout, "name"_a, self)
      .def("max_pool", &NetworkBuilder::max_pool, "name"_a, "size"_a, self)
      .def("avg_pool", &NetworkBuilder::avg_pool, "name"_a, "size"_a, self)
      .def("global_avg_pool", &NetworkBuilder::global_avg_pool, "name"_a, self)
      .def("classifier", &NetworkBuilder::classifier, "name"_a, self)
      .def("flatten", &NetworkBuilder::flatten, "name"_a, self)
      .def(
          "residual",
          [](NetworkBuilder& b, const std::string& name, const nb::callable& body) -> NetworkBuilder& {
            return b.residual(
                name, [&](NetworkBuilder& inner) { body(nb::cast(&inner, nb::rv_policy::reference)); });
          },
          "name"_a, "body"_a, self, "x + body(x); `body` gets a builder")
      .def("build", &NetworkBuilder::build);
}

}  // namespace

void bind_networks(nb::module_& m) {
  m.def("norms", &norm_names, "The names of all norms.");
  m.def("presets", &preset_names, "The names of all presets: networks with their recipes.");
  m.def(
      "network",
      [](const std::string& preset, const nb::kwargs& choice) {
        return find_preset(preset).network(options_from(preset, words_from(choice)).network);
      },
      "preset"_a = "norma-49k", "choice"_a,
      "The network of a preset, with random weights. Keywords: norm, groups, dropout, ghost, standardize, "
      "precision, data_set.");
  bind_builder(m);
}

}  // namespace norma::python
