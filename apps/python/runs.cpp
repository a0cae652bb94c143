// norma.train() and run folders; norma.explain().
#include <nlohmann/json.hpp>

#include "apps/commands/train_run.h"
#include "apps/python/casts.h"
#include "apps/python/host.h"
#include "apps/python/words.h"
#include "layers/explain/show.h"
#include "layers/summary.h"
#include "optim/presets.h"
#include "optim/run/saved_model.h"
#include "optim/run/saved_run.h"

namespace norma::python {
namespace {

using namespace nb::literals;

RunResult train_in_host(const Options& options, const std::string& command, const nb::object& callback) {
  PythonHost host(options.quiet);
  RunHooks hooks;
  if (!callback.is_none())
    hooks.after_epoch = [&](const EpochResult& epoch) {
      const nb::gil_scoped_acquire gil;
      callback(epoch);
    };
  RunResult result;
  {
    const nb::gil_scoped_release release;
    use_machine(options.machine);
    Progress progress(options.quiet);
    const DataSplit images = find_images(options, progress);
    result = train_run(options, images, command, progress, Finished::run_again, hooks);
  }
  host.rethrow();
  return result;
}

SavedRun train(const std::string& preset, const nb::object& callback, bool quiet,
               const nb::kwargs& arguments) {
  const FlagWords words = words_from(arguments);
  Options options = options_from(preset, words);
  options.quiet = quiet;
  const RunResult result = train_in_host(options, command_of(preset, words), callback);
  if (!result.diverged.empty())
    fail("{}; finished epochs are kept in {}", result.diverged, result.folder.string());
  return read_run(result.folder);
}

std::string text_of(const SavedRun& run) {
  std::string text = fmt::format("Run('{}': {} {} on {}", run.folder.string(), run.config.preset,
                                 run.norm_label(), run.data_name());
  if (!run.epochs.empty())
    text += fmt::format(", {} epochs, test accuracy last {:.2f} %, best {:.2f} %", run.epochs.size(),
                        run.epochs.back().test.accuracy, run.best().test.accuracy);
  return text + ")";
}

// A table of the epochs, for notebooks.
std::string html_of(const SavedRun& run) {
  std::string html =
      "<table><tr><th>epoch</th><th>train loss</th><th>train accuracy</th><th>test loss</th><th>test "
      "accuracy</th></tr>";
  for (const EpochResult& e : run.epochs)
    html += fmt::format(
        "<tr><td>{}</td><td>{:.4f}</td><td>{:.2f}&nbsp;%</td><td>{:.4f}</td><td>{:.2f}&nbsp;%</td></tr>",
        e.epoch, e.train.loss, e.train.accuracy, e.test.loss, e.test.accuracy);
  return html + "</table>";
}

void bind_run(nb::module_& m) {
  nb::class_<SavedRun>(m, "Run", "A run folder: its options, and the results of each epoch.")
      .def_ro("folder", &SavedRun::folder)
      .def_ro("epochs", &SavedRun::epochs)
      .def_prop_ro(
          "best", [](const SavedRun& run) { return run.best(); }, "The epoch with the best test accuracy.")
      .def_prop_ro("complete", &SavedRun::complete)
      .def_prop_ro(
          "report", [](const SavedRun& run) { return run.folder / "report.html"; }, "A page about the run.")
      .def_prop_ro(
          "config",
          [](const SavedRun& run) {
            return nb::module_::import_("json").attr("loads")(run.config.json.dump());
          },
          "All options, as in config.json.")
      .def(
          "network", [](const SavedRun& run) { return load_saved_model(run.folder).network; },
          "The trained network.")
      .def_prop_ro("normalization", [](const SavedRun& run) { return run.config.normalization; })
      .def("__repr__", [](const SavedRun& run) { return text_of(run); })
      .def("_repr_html_", [](const SavedRun& run) { return html_of(run); });
  m.def("train", &train, "preset"_a = "norma-49k", "callback"_a = nb::none(), "quiet"_a = false, "options"_a,
        "Trains a preset's network and returns its Run, as `cifar_norm --preset PRESET` does; keywords are "
        "its flags: "
        "norm, groups, epochs, lr, batch_size, data, data_set, out, seed, device, … callback gets an "
        "EpochResult after "
        "each epoch. Ctrl-C stops after the current step, writes a checkpoint, and raises KeyboardInterrupt; "
        "the same "
        "call with resume=True and out=FOLDER continues.");
  m.def("load_run", &read_run, "folder"_a, "Reads a run folder.");
}

void bind_explain(nb::module_& m) {
  nb::class_<ExplainedSet>(m, "ExplainedSet", "Elements that are normalized together.")
      .def_ro("elements", &ExplainedSet::elements)
      .def_ro("mean", &ExplainedSet::mean)
      .def_ro("variance", &ExplainedSet::variance)
      .def_ro("rstd", &ExplainedSet::rstd)
      .def_ro("sum_g", &ExplainedSet::sum_g)
      .def_ro("sum_gx", &ExplainedSet::sum_gx);
  nb::class_<Explanation> c(m, "Explanation", "What a norm does with an input, number by number.");
  c.def_ro("sets", &Explanation::sets)
      .def_ro("set_of", &Explanation::set_of, "The set of each element: an index into `sets`.")
      .def("__repr__", [](const Explanation& e) { return norma::text_of(e, false); })
      .def("_repr_html_", [](const Explanation& e) { return norma::html_of(e); });
  const auto numbers = [&](const char* name, std::vector<double> Explanation::*values) {
    c.def_prop_ro(name, [values](const Explanation& e) {
      return (e.*values).empty() ? Tensor() : Tensor::from(e.*values, e.shape);
    });
  };
  numbers("x", &Explanation::x);
  numbers("xhat", &Explanation::xhat);
  numbers("y", &Explanation::y);
  numbers("dx", &Explanation::dx);
  m.def(
      "explain",
      [](const std::string& norm, const Input& x, std::int64_t groups, const std::optional<Input>& dy) {
        return explain(norm_from(norm), x.get(), groups, dy ? std::optional(dy->get()) : std::nullopt);
      },
      "norm"_a, "x"_a, "groups"_a = 1, "dy"_a = nb::none(),
      "Every number that a norm computes from x [N, C, H, W], by the reference executor; with dy, of its "
      "backward pass "
      "too. Shows itself in a notebook.");
}

}  // namespace

void bind_runs(nb::module_& m) {
  bind_run(m);
  bind_explain(m);
}

}  // namespace norma::python
