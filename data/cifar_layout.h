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
  std::vector<std::string> classes;  ///< official names, for a copy without names_file
  const char* names_file;
};

struct CifarLayout {
  std::string name, title;         ///< "cifar10", "CIFAR-10"
  std::string folder;              ///< what the archive unpacks to
  std::string archive;             ///< name without the ending of a compression: "….tar"
  std::vector<CifarFile> files;    ///< those to train, in order, then the one to test
  std::vector<CifarLabel> labels;  ///< one byte each, before the pixels of a record
  int telling_files;               ///< how many of the files must be in a folder of any name, for it to count

  std::int64_t record_bytes() const { return static_cast<std::int64_t>(labels.size()) + cifar_pixels; }
};

const CifarLayout& cifar10_layout();
const CifarLayout& cifar100_layout();

}  // namespace norma
