// norma.nn: the norms.
#include "apps/python/casts.h"

#include <fmt/format.h>

#include "layers/batch_norm.h"
#include "layers/group_norm.h"
#include "layers/instance_norm.h"
#include "layers/layer_norm.h"
#include "layers/rms_norm.h"
#include "layers/zoo/batch_renorm.h"
#include "layers/zoo/dynamic_tanh.h"
#include "layers/zoo/evo_norm.h"
#include "layers/zoo/filter_response_norm.h"
#include "layers/zoo/global_response_norm.h"
#include "layers/zoo/local_response_norm.h"
#include "layers/zoo/proxy_norm.h"

namespace norma::python {
namespace {

using namespace nb::literals;

template <class Norm>
nb::class_<Norm, Module> norm(nb::module_& m, const char* name, const char* text) {
  return nb::class_<Norm, Module>(m, name, text);
}

template <class Choice>
Choice chosen(const char* what, const std::string& text,
              const std::vector<std::pair<const char*, Choice>>& choices) {
  std::vector<std::string> names;
  for (const auto& [name, choice] : choices) {
    if (text == name) return choice;
    names.push_back(name);
  }
  fail_usage("{} is one of {}, not '{}'", what, fmt::join(names, ", "), text);
}

void bind_batch_norm(nb::module_& m) {
  norm<BatchNorm2d>(m, "BatchNorm2d",
                    "Batch norm. momentum None: all batches weigh the same. ghost > 0: so many images "
                    "at a time have statistics of their own in training.")
      .def(
          "__init__",
          [](BatchNorm2d* self, std::int64_t channels, double eps, std::optional<double> momentum,
             bool affine, bool track_running_stats, std::int64_t ghost) {
            new (self) BatchNorm2d(channels, {eps, momentum, affine, track_running_stats, ghost});
          },
          "num_features"_a, "eps"_a = 1e-5, "momentum"_a.none() = 0.1, "affine"_a = true,
          "track_running_stats"_a = true, "ghost"_a = 0)
      .def(
          "set_statistics",
          [](BatchNorm2d& norm, const std::string& statistics, const std::string& updates) {
            using S = BatchNorm2d::Statistics;
            using U = BatchNorm2d::Updates;
            norm.set_statistics(
                chosen<S>("statistics", statistics,
                          {{"by_mode", S::by_mode}, {"batch", S::batch}, {"running", S::running}}),
                chosen<U>("updates", updates,
                          {{"by_mode", U::by_mode}, {"always", U::always}, {"never", U::never}}));
          },
          "statistics"_a = "by_mode", "updates"_a = "by_mode",
          "Which statistics normalize ('by_mode', 'batch', 'running'), and whether the running ones change "
          "('by_mode', "
          "'always', 'never'), whatever train() and eval() say.")
      .def_prop_ro("settings", &BatchNorm2d::settings, "Both settings in words.")
      .def("reset_running_stats", &BatchNorm2d::reset_running_stats);
  norm<InstanceNorm2d>(m, "InstanceNorm2d", "Instance norm: each channel of each image by itself.")
      .def(
          "__init__",
          [](InstanceNorm2d* self, std::int64_t channels, double eps, double momentum, bool affine,
             bool track_running_stats) {
            new (self) InstanceNorm2d(channels, {eps, momentum, affine, track_running_stats});
          },
          "num_features"_a, "eps"_a = 1e-5, "momentum"_a = 0.1, "affine"_a = false,
          "track_running_stats"_a = false);
}

void bind_image_norms(nb::module_& m) {
  norm<GroupNorm>(m, "GroupNorm",
                  "Group norm; with one group layer norm over [C, H, W] with a weight per channel.")
      .def(nb::init<std::int64_t, std::int64_t, double, bool>(), "num_groups"_a, "num_channels"_a,
           "eps"_a = 1e-5, "affine"_a = true);
  norm<LayerNorm>(m, "LayerNorm", "Layer norm over the last dimensions, with a weight per element.")
      .def(
          "__init__",
          [](LayerNorm* self, const Sizes& shape, double eps, bool affine) {
            new (self) LayerNorm(shape, eps, affine);
          },
          "normalized_shape"_a, "eps"_a = 1e-5, "elementwise_affine"_a = true);
  norm<LayerNorm2d>(m, "LayerNorm2d", "Layer norm over the channels of each pixel.")
      .def(nb::init<std::int64_t, double, bool>(), "num_channels"_a, "eps"_a = 1e-5, "affine"_a = true);
  norm<RMSNorm2d>(m, "RMSNorm2d", "RMS norm over the channels and pixels of each image.")
      .def(nb::init<std::int64_t, double, bool>(), "num_channels"_a, "eps"_a = 1e-5, "affine"_a = true);
}

void bind_zoo(nb::module_& m) {
  norm<BatchRenorm2d>(m, "BatchRenorm2d", "Batch renormalization (Ioffe 2017, arXiv:1702.03275).")
      .def(
          "__init__", [](BatchRenorm2d* self, std::int64_t c) { new (self) BatchRenorm2d(c); },
          "num_channels"_a);
  norm<FilterResponseNorm2d>(
      m, "FilterResponseNorm2d",
      "Filter response norm with its threshold (arXiv:1911.09737); no ReLU follows it.")
      .def(nb::init<std::int64_t, double>(), "num_channels"_a, "eps"_a = 1e-5);
  norm<EvoNorm2dS0>(m, "EvoNorm2dS0", "EvoNorm-S0 (arXiv:2004.02967); no ReLU follows it.")
      .def(nb::init<std::int64_t, std::int64_t, double>(), "num_groups"_a, "num_channels"_a, "eps"_a = 1e-5);
  norm<GlobalResponseNorm2d>(m, "GlobalResponseNorm2d", "Global response normalization (arXiv:2301.00808).")
      .def(nb::init<std::int64_t, double>(), "num_channels"_a, "eps"_a = 1e-6);
  norm<ProxyGroupNorm>(m, "ProxyGroupNorm", "Proxy norm on group norm (arXiv:2106.03743); ReLU is inside.")
      .def(nb::init<std::int64_t, std::int64_t, double, double>(), "num_groups"_a, "num_channels"_a,
           "eps"_a = 1e-5, "proxy_eps"_a = 0.03);
  norm<LocalResponseNorm>(m, "LocalResponseNorm", "Local response normalization (AlexNet).")
      .def(
          "__init__",
          [](LocalResponseNorm* self, std::int64_t c, std::int64_t size, double alpha, double beta,
             double k) {
            new (self) LocalResponseNorm(c, {size, alpha, beta, k});
          },
          "num_channels"_a, "size"_a = 5, "alpha"_a = 1e-4, "beta"_a = 0.75, "k"_a = 1.0);
  norm<DynamicTanh2d>(m, "DynamicTanh2d", "Dynamic tanh (arXiv:2503.10622).")
      .def(nb::init<std::int64_t, double>(), "num_channels"_a, "first_alpha"_a = 0.5);
}

}  // namespace

void bind_norms(nb::module_& m) {
  bind_batch_norm(m);
  bind_image_norms(m);
  bind_zoo(m);
}

}  // namespace norma::python
