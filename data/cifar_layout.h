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
  const char* what;                  ///< its name in messages: "fine label"
  std::vector<std::string> classes;  ///< official names, for a copy without names_file
  const char* names_file;
};

struct CifarLayout {
  std::string name, title;         ///< "cifar10", "CIFAR-10"
  std::string folder;              ///< the folder that the archive unpacks to
  std::string archive;             ///< name without the ending of a compression: "….tar"
  std::vector<CifarFile> files;    ///< the training files in order, then the test file
  std::vector<CifarLabel> labels;  ///< one byte each, before the pixels of a record
  int telling_files;  ///< a folder of another name counts as the set if it has so many of the files

  std::int64_t record_bytes() const { return static_cast<std::int64_t>(labels.size()) + cifar_pixels; }
};

const CifarLayout& cifar10_layout();
const CifarLayout& cifar100_layout();

}  // namespace norma
