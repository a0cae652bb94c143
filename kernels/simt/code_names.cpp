#include "kernels/simt/code_names.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <sstream>

#include "core/precision.h"
#include "kernels/simt/counters.h"

namespace norma {
namespace {

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text;
  char part[4096];
  while (pipe && std::fgets(part, sizeof part, pipe.get()) != nullptr) text += part;
  return text;
}

/// "…/kernels/cuda/map.cuh:88 (discriminator 2)" to "kernels/cuda/map.cuh:88".
std::string line_of(const std::string& text) { return short_path(text.substr(0, text.find(' '))); }

const std::string program = "/proc/$PPID/exe";  // the shell's parent is this program

void name_those_of(const std::string& file, const std::map<std::uintptr_t, std::uintptr_t>& by_offset,
                   std::map<std::uintptr_t, CodeName>& names) {
  std::string command = "addr2line -a -f -C -i -e \"" + file + "\"";
  for (const auto& [offset, address] : by_offset) command += fmt::format(" {:#x}", offset);
  // For each address "0x…", then a function and a line for every level of inlining, from the inside out.
  CodeName* name = nullptr;
  std::vector<std::string> lines;
  std::istringstream output(output_of(command + " 2>/dev/null"));
  for (std::string line; std::getline(output, line);) lines.push_back(line);
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    if (lines[i].starts_with("0x")) {
      const auto found = by_offset.find(std::stoull(lines[i], nullptr, 16));
      name = found == by_offset.end() ? nullptr : &names[found->second];
      continue;
    }
    const std::string function = lines[i], line = line_of(lines[++i]);
    if (name == nullptr || function.starts_with("??")) continue;
    const bool innermost = name->function.empty();
    name->function = function;
    if (line.find('?') == std::string::npos) (innermost ? name->line : name->from) = line;
  }
}

}  // namespace

std::map<std::uintptr_t, CodeName> code_names(const std::vector<std::uintptr_t>& addresses) {
  std::map<std::uintptr_t, CodeName> names;
  std::map<std::string, std::map<std::uintptr_t, std::uintptr_t>> by_file;  // offset to address
  for (const std::uintptr_t address : addresses) {
    const simt::CodePlace place = simt::code_place(address);
    names[address].line = fmt::format("{:#x}", place.offset);
    const bool library = place.file.find(".so") != std::string::npos;
    by_file[library ? place.file : program][place.offset] = address;
  }
  for (const auto& [file, offsets] : by_file) name_those_of(file, offsets, names);
  return names;
}

std::string short_function(const std::string& demangled) {
  std::string text;
  int depth = 0;
  for (std::size_t i = 0; i < demangled.size(); ++i) {
    const char c = demangled[i];
    if (demangled.compare(i, 21, "(anonymous namespace)") == 0) {
      i += 20;
    } else if (c == '<') {
      if (++depth == 1) text += c;
    } else if (c == '>') {
      if (--depth == 0) text += c;
    } else if (depth > 1) {
    } else if (depth == 1 && c == '(') {  // "(norma::Precision)1"
      const std::size_t close = demangled.find(')', i), colon = demangled.rfind(':', close);
      text += demangled.substr(colon + 1, close - colon - 1);
      i = close;
    } else if (c == '(') {
      break;  // the parameters
    } else if (c == ':' || (c == ' ' && depth == 0)) {
      text.erase(text.find_last_of(" <,") == std::string::npos ? 0 : text.find_last_of(" <,") + 1);
    } else if (c != ' ' || text.back() == ',') {
      text += c;
    }
  }
  for (std::size_t i = 0; i < precision_names().size(); ++i) {
    const std::string number = fmt::format("Precision{}", i);
    if (const std::size_t at = text.find(number); at != std::string::npos)
      text.replace(at, number.size(), precision_names()[i]);
  }
  return text;
}

std::string short_path(const std::string& path) {
  for (const char* folder : {"/kernels/", "/tests/"})
    if (const std::size_t at = path.rfind(folder); at != std::string::npos) return path.substr(at + 1);
  return path;
}

}  // namespace norma
