// norma.optim: optimizers and schedulers.
#include "optim/optimizer.h"

#include "apps/python/casts.h"
#include "optim/scheduler.h"

namespace norma::python {
namespace {

using namespace nb::literals;

// Adam and AdamW, which differ in the default of the weight decay.
template <class A, class Base>
void bind_adam(nb::module_& m, const char* name, double weight_decay) {
  nb::class_<A, Base>(m, name).def(
      "__init__",
      [](A* self, const std::vector<Tensor>& params, double lr, std::pair<double, double> betas, double eps,
         double decay) {
        new (self) A(params, {lr, betas.first, betas.second, eps, decay});
      },
      "params"_a, "lr"_a = 1e-3, "betas"_a = std::pair(0.9, 0.999), "eps"_a = 1e-8,
      "weight_decay"_a = weight_decay);
}

void bind_optimizers(nb::module_& m) {
  nb::class_<Optimizer>(m, "Optimizer")
      .def("step", &Optimizer::step, "Updates every parameter that has a gradient.", Release())
      .def("zero_grad", &Optimizer::zero_grad)
      .def_prop_rw("lr", &Optimizer::lr, &Optimizer::set_lr)
      .def_prop_rw("momentum", &Optimizer::momentum, &Optimizer::set_momentum,
                   "SGD's momentum, or Adam's β₁.")
      .def("state_dict", [](const Optimizer& optimizer) { return dict_of(optimizer.state_dict(), true); })
      .def(
          "load_state_dict",
          [](Optimizer& optimizer, const nb::dict& state) { optimizer.load_state_dict(tensors_of(state)); },
          "state"_a);
  nb::class_<SGD, Optimizer>(m, "SGD").def(
      "__init__",
      [](SGD* self, const std::vector<Tensor>& params, double lr, double momentum, double dampening,
         double weight_decay, bool nesterov) {
        new (self) SGD(params, {lr, momentum, dampening, weight_decay, nesterov});
      },
      "params"_a, "lr"_a, "momentum"_a = 0.0, "dampening"_a = 0.0, "weight_decay"_a = 0.0,
      "nesterov"_a = false);
  bind_adam<Adam, Optimizer>(m, "Adam", 0);
  bind_adam<AdamW, Adam>(m, "AdamW", 1e-2);
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
