// norma._C: the compiled part of the Python package (apps/python/norma has the rest).
#include <cstdlib>

#include "apps/cli/run_app.h"
#include "apps/commands/program.h"
#include "apps/python/casts.h"

namespace norma::python {
namespace {

void bind_errors(nb::module_& m) {
  // Each is a built-in exception too, as Python's users expect: a RuntimeError, as in PyTorch, or a
  // ValueError.
  const auto error = nb::exception<Error>(m, "Error", PyExc_RuntimeError);
  static PyObject *usage, *memory;
  usage = PyErr_NewException("norma._C.UsageError", nb::make_tuple(error, nb::handle(PyExc_ValueError)).ptr(),
                             nullptr);
  memory = PyErr_NewException("norma._C.OutOfMemory",
                              nb::make_tuple(error, nb::handle(PyExc_MemoryError)).ptr(), nullptr);
  m.attr("UsageError") = nb::handle(usage);
  m.attr("OutOfMemory") = nb::handle(memory);
  nb::register_exception_translator([](const std::exception_ptr& thrown, void*) {
    try {
      std::rethrow_exception(thrown);
    } catch (const UsageError& e) {
      PyErr_SetString(usage, e.what());
    } catch (const OutOfMemory& e) {
      PyErr_SetString(memory, e.what());
    }
  });
}

// A program of apps/ with these arguments, for the commands that pip installs.
int run_program(const std::string& name, std::vector<std::string> arguments) {
  const Program& program = name == mnist_norm.name ? mnist_norm : cifar_norm;
  arguments.insert(arguments.begin(), name);
  std::vector<const char*> words;
  for (const std::string& argument : arguments) words.push_back(argument.c_str());
  return run_app(name, [&] { return train_program(program, static_cast<int>(words.size()), words.data()); });
}

}  // namespace
}  // namespace norma::python

NB_MODULE(_C, m) {
  using namespace norma::python;
  m.attr("__version__") = NORMA_VERSION;
  // Objects that a cycle through C++ keeps until the end are no fault of the user's program.
  nb::set_leak_warnings(std::getenv("NORMA_LEAK_WARNINGS") != nullptr);
  bind_errors(m);
  bind_tensor(m);
  bind_autograd(m);
  bind_functional(m);
  bind_modules(m);
  bind_networks(m);
  bind_optim(m);
  bind_data(m);
  bind_training(m);
  bind_files(m);
  bind_runs(m);
  m.def("_run", &run_program, Release());
}
