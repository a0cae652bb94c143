#include "apps/python/host.h"

namespace norma::python {
namespace {

// Whether \r goes back to the beginning of a line: on a terminal, and in a notebook.
bool rewrites(const nb::object& out) {
  if (nb::hasattr(out, "isatty") && nb::cast<bool>(out.attr("isatty")())) return true;
  return nb::cast<std::string>(out.type().attr("__module__")).starts_with("ipykernel");
}

}  // namespace

PythonHost::PythonHost(bool quiet) {
  if (host()) fail("Norma is training in this process already: wait until it has ended");
  const nb::object out = nb::module_::import_("sys").attr("stdout");
  Host here;
  here.rewrites = !out.is_none() && rewrites(out);
  here.write = [quiet](std::string_view text) {
    if (quiet) return;
    const nb::gil_scoped_acquire gil;
    const nb::object stdout_now = nb::module_::import_("sys").attr("stdout");
    if (stdout_now.is_none()) return;  // pythonw, daemons
    stdout_now.attr("write")(nb::str(text.data(), text.size()));
    stdout_now.attr("flush")();
  };
  here.stop = [this] {
    if (raised_) return true;
    const nb::gil_scoped_acquire gil;
    if (PyErr_CheckSignals() == 0) return false;
    raised_.emplace();
    return true;
  };
  host() = std::move(here);
}

PythonHost::~PythonHost() { host().reset(); }

void PythonHost::rethrow() {
  if (!raised_) return;
  nb::python_error raised = std::move(*raised_);
  raised_.reset();
  throw raised;
}

}  // namespace norma::python
