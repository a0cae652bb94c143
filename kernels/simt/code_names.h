// From addresses of code to names and lines, by asking addr2line (of binutils, which g++ needs as well).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace norma {

struct CodeName {
  std::string function;  ///< demangled, with its namespaces; empty where unknown
  std::string line;      ///< "kernels/cuda/map.cuh:88"; the address where unknown
  std::string from;      ///< where that was inlined: the line in the kernel; empty where it was not
};

/// Names for all of these addresses, which lie in this program or in a library that it has loaded. Compile
/// with -g1 for lines.
std::map<std::uintptr_t, CodeName> code_names(const std::vector<std::uintptr_t>& addresses);

/// "void a::b::(anonymous namespace)::map_kernel<4, a::b::Relu, In<float> >(long long, …)" is
/// "map_kernel<4, Relu, In>": no namespaces, no parameters, no arguments of arguments.
std::string short_function(const std::string& demangled);

/// A path from the project's folder on: "kernels/cuda/map.cuh".
std::string short_path(const std::string& path);

}  // namespace norma
