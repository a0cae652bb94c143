// How the files of CIFAR-10 and CIFAR-100 are laid out, and what their classes are called.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace norma {

inline constexpr std::int64_t cifar_side = 32, cifar_pixels = 3 * cifar_side * cifar_side;

struct CifarFile {
  std::string name;
  std::int64_t records;
  bool test;
};

struct CifarLabel {
  const char* what;                  ///< in sentences: "fine label"
  std::vector<std::string> classes;  ///< as the official file of names has them, for a copy that lacks it
  const char* names_file;
};

struct CifarLayout {
  std::string name, title;         ///< "cifar10", "CIFAR-10"
  std::string folder;              ///< what the archive unpacks to
  std::string archive;             ///< its name without the ending of a compression
  std::vector<CifarFile> files;    ///< those to train in their order, and the one to test
  std::vector<CifarLabel> labels;  ///< one byte each, before the pixels of a record
  int telling_files;               ///< so many of the files tell that a folder of any name is this set

  std::int64_t record_bytes() const { return static_cast<std::int64_t>(labels.size()) + cifar_pixels; }
};

const CifarLayout& cifar10_layout();
const CifarLayout& cifar100_layout();

}  // namespace norma
