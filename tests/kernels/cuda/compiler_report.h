// Names in what nvcc reports and writes.
#pragma once

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <regex>
#include <string>

#include "kernels/simt/code_names.h"

namespace norma::test {

inline std::string demangled(const std::string& name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? text.get() : name;
}

/// Whether double is not among the arguments of its template. Takes a short name (kernels/simt/code_names.h).
inline bool works_in_float32(const std::string& short_name) {
  return !std::regex_search(short_name, std::regex("[< ]double[,>]"));
}

}  // namespace norma::test
