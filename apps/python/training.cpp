// norma.Trainer: the training loop, epoch by epoch.
#include "optim/trainer.h"

#include <fmt/format.h>

#include "apps/python/casts.h"
#include "apps/python/words.h"
#include "optim/recalibrate.h"

namespace norma::python {
namespace {

using namespace nb::literals;

std::string text_of(const Score& score) {
  return fmt::format("Score(loss={:.4f}, accuracy={:.2f})", score.loss, score.accuracy);
}

std::string text_of(const EpochResult& e) {
  std::string text =
      fmt::format("epoch {}: train loss {:.4f}, accuracy {:.2f} %; test loss {:.4f}, accuracy {:.2f} %",
                  e.epoch, e.train.loss, e.train.accuracy, e.test.loss, e.test.accuracy);
  if (e.validation) text += fmt::format("; validation accuracy {:.2f} %", e.validation->accuracy);
  if (e.averaged) text += fmt::format("; averaged weights {:.2f} %", e.averaged->accuracy);
  return text + fmt::format("; {:.1f} s", e.seconds);
}

// What Python sees of a step: StepReport's running score waits for the device, so that it is a method.
void bind_results(nb::module_& m) {
  nb::class_<Score>(m, "Score", "Mean loss, and accuracy in percent.")
      .def_ro("loss", &Score::loss)
      .def_ro("accuracy", &Score::accuracy)
      .def("__repr__", [](const Score& score) { return text_of(score); });
  nb::class_<EpochResult>(m, "EpochResult", "The results of an epoch.")
      .def_ro("epoch", &EpochResult::epoch)
      .def_ro("lr", &EpochResult::lr)
      .def_ro("train", &EpochResult::train)
      .def_ro("test", &EpochResult::test)
      .def_ro("validation", &EpochResult::validation)
      .def_ro("averaged", &EpochResult::averaged)
      .def_ro("seconds", &EpochResult::seconds)
      .def_ro("images_per_second", &EpochResult::images_per_second)
      .def("__repr__", [](const EpochResult& e) { return text_of(e); });
  nb::class_<StepReport>(m, "StepReport",
                         "The progress within an epoch; valid during the call that it is given to.")
      .def_ro("epoch", &StepReport::epoch)
      .def_ro("step", &StepReport::step)
      .def_ro("steps", &StepReport::steps)
      .def_ro("images_per_second", &StepReport::images_per_second)
      .def(
          "score", [](const StepReport& r) { return r.running.look(); }, "Of the epoch so far.");
}

EpochResult run_epoch(Trainer& trainer, const nb::object& on_step) {
  std::optional<nb::python_error> raised;
  EpochResult result;
  {
    const nb::gil_scoped_release release;
    result = trainer.run_epoch([&](const StepReport& report) {
      const nb::gil_scoped_acquire gil;
      if (PyErr_CheckSignals() != 0) return raised.emplace(), false;
      if (on_step.is_none()) return true;
      const nb::object answer = on_step(nb::cast(&report, nb::rv_policy::reference));
      return answer.is_none() || nb::cast<bool>(answer);
    });
  }
  if (raised) throw nb::python_error(*raised);
  return result;
}

void bind_trainer(nb::module_& m) {
  nb::class_<Recipe>(m, "Recipe",
                     "How a network is trained. Keywords: epochs, batch_size, optimizer, lr, momentum, "
                     "nesterov, weight_decay, l1, scheduler ('step:6:0.1'), label_smoothing, ema, augment "
                     "('flip+crop:2'), on_nan, seed.")
      .def("__init__",
           [](Recipe* self, const nb::kwargs& arguments) {
             Options options;
             apply_words(training_flags(), words_from(arguments), options);
             new (self) Recipe(options.recipe);
           })
      .def_rw("epochs", &Recipe::epochs)
      .def_rw("batch_size", &Recipe::batch_size)
      .def_rw("lr", &Recipe::lr)
      .def_rw("seed", &Recipe::seed)
      .def("__repr__", [](const Recipe& recipe) { return "Recipe(" + to_string(recipe) + ")"; });
  nb::class_<Trainer>(m, "Trainer", "Trains a network on images: one epoch per call of run_epoch().")
      .def(
          "__init__",
          [](Trainer* self, const std::shared_ptr<Module>& network, const Dataset& train, const Dataset& test,
             const std::optional<Normalization>& normalization, const std::optional<Dataset>& validation,
             const std::optional<Recipe>& recipe) {
            const nb::gil_scoped_release release;
            const Normalization pixels = normalization ? *normalization : measure_normalization(train);
            new (self) Trainer(network, {train, test, validation, pixels}, recipe.value_or(Recipe()));
          },
          "network"_a, "train"_a, "test"_a, "normalization"_a = nb::none(), "validation"_a = nb::none(),
          "recipe"_a = nb::none(),
          "The normalization is measured on `train` by default. Call norma.manual_seed() before making the "
          "network.")
      .def("run_epoch", &run_epoch, "on_step"_a = nb::none(),
           "Trains one epoch and tests. on_step is called with a StepReport after each step, and returns "
           "False to stop.")
      .def_prop_ro("stopped", &Trainer::stopped)
      .def_prop_ro("finished_epochs", &Trainer::finished_epochs)
      .def_prop_ro("steps_per_epoch", &Trainer::steps_per_epoch)
      .def(
          "state_dict", [](Trainer& trainer) { return dict_of(trainer.state_dict(), true); },
          "Everything that the training needs to continue with the same bits.")
      .def(
          "load_state_dict",
          [](Trainer& trainer, const nb::dict& state) { trainer.load_state_dict(tensors_of(state)); },
          "state"_a);
}

}  // namespace

void bind_training(nb::module_& m) {
  bind_results(m);
  bind_trainer(m);
  m.def(
      "evaluate",
      [](Module& network, const Dataset& dataset, const Normalization& normalization,
         std::int64_t batch_size) { return evaluate(network, dataset, normalization, batch_size); },
      "network"_a, "dataset"_a, "normalization"_a, "batch_size"_a = 32, Release(),
      "The score of a network in evaluation mode.");
  m.def("recalibrate", &recalibrate, "network"_a, "images"_a, "normalization"_a, "batch_size"_a = 128,
        Release(),
        "Computes the running statistics of all batch norms anew over these images; returns the number of "
        "batch norms.");
}

}  // namespace norma::python
