// Python as the host of Norma's output: text goes to sys.stdout, and Ctrl-C stops.
#pragma once

#include <optional>

#include "apps/cli/run_app.h"
#include "apps/python/casts.h"

namespace norma::python {

/// While one lives, what Norma prints goes to sys.stdout, which a notebook shows, and interrupted() is true
/// when Python has a signal. Make and destroy it with the GIL.
class PythonHost {
 public:
  /// `quiet`: text goes nowhere.
  explicit PythonHost(bool quiet);
  ~PythonHost();
  PythonHost(const PythonHost&) = delete;
  PythonHost& operator=(const PythonHost&) = delete;

  /// Throws what Python's signal handler raised, as KeyboardInterrupt.
  void rethrow();

 private:
  std::optional<nb::python_error> raised_;
};

}  // namespace norma::python
