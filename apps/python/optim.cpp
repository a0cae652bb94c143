// norma.optim: optimizers and schedulers.
#include "optim/optimizer.h"

#include "apps/python/casts.h"
#include "optim/scheduler.h"

namespace norma::python {
namespace {

using namespace nb::literals;

nb::dict dict_of(const State& state) {
  nb::dict named;
  for (const NamedTensor& t : state) named[t.name.c_str()] = t.tensor.clone();
  return named;
}

void load_state(Optimizer& optimizer, const nb::dict& state) {
  State tensors;
  for (const auto& [name, value] : state)
    tensors.push_back({nb::cast<std::string>(name), nb::cast<Input>(value).get()});
  optimizer.load_state_dict(tensors);
}

void bind_optimizers(nb::module_& m) {
  nb::class_<Optimizer>(m, "Optimizer")
      .def("step", &Optimizer::step, "Updates every parameter that has a gradient.", Release())
      .def("zero_grad", &Optimizer::zero_grad)
      .def_prop_rw("lr", &Optimizer::lr, &Optimizer::set_lr)
      .def_prop_rw("momentum", &Optimizer::momentum, &Optimizer::set_momentum,
                   "SGD's momentum, or Adam's β₁.")
      .def("state_dict", [](const Optimizer& optimizer) { return dict_of(optimizer.state_dict()); })
      .def("load_state_dict", &load_state, "state"_a);
  nb::class_<SGD, Optimizer>(m, "SGD").def(
      "__init__",
      [](SGD* self, const std::vector<Tensor>& params, double lr, double momentum, double dampening,
         double weight_decay, bool nesterov) {
        new (self) SGD(params, {lr, momentum, dampening, weight_decay, nesterov});
      },
      "params"_a, "lr"_a, "momentum"_a = 0.0, "dampening"_a = 0.0, "weight_decay"_a = 0.0,
      "nesterov"_a = false);
  nb::class_<Adam, Optimizer>(m, "Adam").def(
      "__init__",
      [](Adam* self, const std::vector<Tensor>& params, double lr, std::pair<double, double> betas,
         double eps, double weight_decay) {
        new (self) Adam(params, {lr, betas.first, betas.second, eps, weight_decay});
      },
      "params"_a, "lr"_a = 1e-3, "betas"_a = std::pair(0.9, 0.999), "eps"_a = 1e-8, "weight_decay"_a = 0.0);
  nb::class_<AdamW, Adam>(m, "AdamW")
      .def(
          "__init__",
          [](AdamW* self, const std::vector<Tensor>& params, double lr, std::pair<double, double> betas,
             double eps, double weight_decay) {
            new (self) AdamW(params, {lr, betas.first, betas.second, eps, weight_decay});
          },
          "params"_a, "lr"_a = 1e-3, "betas"_a = std::pair(0.9, 0.999), "eps"_a = 1e-8,
          "weight_decay"_a = 1e-2);
}

void bind_schedulers(nb::module_& m) {
  using Keep = nb::keep_alive<1, 2>;  // the scheduler changes the optimizer
  nb::class_<Scheduler>(m, "Scheduler")
      .def("step", &Scheduler::step, "metric"_a = 0.0,
           "Sets the rate for the next epoch (OneCycleLR: the next step). Only ReduceLROnPlateau uses the "
           "metric.")
      .def("state", &Scheduler::state)
      .def("load_state", &Scheduler::load_state, "state"_a);
  nb::class_<StepLR, Scheduler>(m, "StepLR")
      .def(nb::init<Optimizer&, int, double>(), "optimizer"_a, "step_size"_a, "gamma"_a = 0.1, Keep());
  nb::class_<CosineAnnealingLR, Scheduler>(m, "CosineAnnealingLR")
      .def(nb::init<Optimizer&, int, double>(), "optimizer"_a, "T_max"_a, "eta_min"_a = 0.0, Keep());
  nb::class_<OneCycleLR, Scheduler>(m, "OneCycleLR")
      .def(
          "__init__",
          [](OneCycleLR* self, Optimizer& optimizer, double max_lr, std::int64_t total_steps,
             double pct_start, bool cycle_momentum, double base_momentum, double max_momentum,
             double div_factor, double final_div_factor, bool three_phase) {
            new (self)
                OneCycleLR(optimizer, {max_lr, total_steps, pct_start, false, cycle_momentum, base_momentum,
                                       max_momentum, div_factor, final_div_factor, three_phase});
          },
          "optimizer"_a, "max_lr"_a, "total_steps"_a, "pct_start"_a = 0.3, "cycle_momentum"_a = true,
          "base_momentum"_a = 0.85, "max_momentum"_a = 0.95, "div_factor"_a = 25.0,
          "final_div_factor"_a = 1e4, "three_phase"_a = false, Keep());
  nb::class_<ReduceLROnPlateau, Scheduler>(m, "ReduceLROnPlateau")
      .def(
          "__init__",
          [](ReduceLROnPlateau* self, Optimizer& optimizer, const std::string& mode, double factor,
             int patience, double threshold, int cooldown, double min_lr) {
            if (mode != "min" && mode != "max") fail_usage("mode is min or max, not '{}'", mode);
            new (self) ReduceLROnPlateau(
                optimizer, {mode == "max", factor, patience, threshold, false, cooldown, min_lr});
          },
          "optimizer"_a, "mode"_a = "min", "factor"_a = 0.1, "patience"_a = 10, "threshold"_a = 1e-4,
          "cooldown"_a = 0, "min_lr"_a = 0.0, Keep());
}

}  // namespace

void bind_optim(nb::module_& m) {
  nb::module_ optim =
      m.def_submodule("optim", "Optimizers and learning-rate schedulers, with PyTorch's names.");
  bind_optimizers(optim);
  bind_schedulers(optim);
}

}  // namespace norma::python
