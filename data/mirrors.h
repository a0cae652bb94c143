// Where the data comes from: the one place with addresses, sizes and checksums.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace norma {

struct RemoteFile {
  std::string name;
  std::int64_t bytes;
  std::string md5;     ///< as its authors publish it
  std::string sha256;  ///< what a download is held to
  std::vector<std::string> urls;
};

/// CIFAR-10, binary version (Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html).
inline const RemoteFile cifar10_archive = {
    .name = "cifar-10-binary.tar.gz",
    .bytes = 170052171,
    .md5 = "c32a1d4ab5d03f1284b67883e8d87530",
    .sha256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    .urls = {"https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"},
};

}  // namespace norma
