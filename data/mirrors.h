// Where the data comes from: the one place with addresses, sizes and checksums.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace norma {

struct RemoteFile {
  std::string name;
  std::int64_t bytes;
  std::string md5;                ///< as its authors publish it, or torchvision for them
  std::string sha256;             ///< what a download is held to
  std::vector<std::string> urls;  ///< of the file, or of its folder with a / at the end
};

/// CIFAR-10, binary version (Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html).
inline const RemoteFile cifar10_archive = {
    .name = "cifar-10-binary.tar.gz",
    .bytes = 170052171,
    .md5 = "c32a1d4ab5d03f1284b67883e8d87530",
    .sha256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    .urls = {"https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"},
};

/// CIFAR-100, binary version, from the same page. SHA-256 is that of TensorFlow Datasets (url_checksums/cifar100.txt).
inline const RemoteFile cifar100_archive = {
    .name = "cifar-100-binary.tar.gz",
    .bytes = 168513733,
    .md5 = "03b5dce01913d631647c71ecec9e9cb8",
    .sha256 = "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
    .urls = {"https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"},
};

/// MNIST (LeCun, Cortes, Burges 1998), from where torchvision and TensorFlow Datasets take it. Its authors
/// publish no checksums: MD5 is torchvision's, SHA-256 that of TensorFlow Datasets (url_checksums/mnist.txt).
inline const std::vector<std::string> mnist_mirrors = {"https://ossci-datasets.s3.amazonaws.com/mnist/",
                                                       "https://storage.googleapis.com/cvdf-datasets/mnist/"};
inline const std::vector<RemoteFile> mnist_files = {
    {.name = "train-images-idx3-ubyte.gz",
     .bytes = 9912422,
     .md5 = "f68b3c2dcbeaaa9fbdd348bbdeb94873",
     .sha256 = "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
     .urls = mnist_mirrors},
    {.name = "train-labels-idx1-ubyte.gz",
     .bytes = 28881,
     .md5 = "d53e105ee54ea40749a09fcbcd1e9432",
     .sha256 = "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
     .urls = mnist_mirrors},
    {.name = "t10k-images-idx3-ubyte.gz",
     .bytes = 1648877,
     .md5 = "9fb629c4189551a2d022fa330f9573f3",
     .sha256 = "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
     .urls = mnist_mirrors},
    {.name = "t10k-labels-idx1-ubyte.gz",
     .bytes = 4542,
     .md5 = "ec29112dd5afa0611ce80d1b7f02629c",
     .sha256 = "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
     .urls = mnist_mirrors},
};

}  // namespace norma
