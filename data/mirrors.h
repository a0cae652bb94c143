// The addresses, sizes and checksums of all downloads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace norma {

struct RemoteFile {
  std::string name;
  std::int64_t bytes;
  std::string md5;                ///< as published by the authors or by torchvision
  std::string sha256;             ///< for verifying a download
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

/// CIFAR-100, binary version, from the same page. SHA-256 is that of TensorFlow Datasets
/// (url_checksums/cifar100.txt).
inline const RemoteFile cifar100_archive = {
    .name = "cifar-100-binary.tar.gz",
    .bytes = 168513733,
    .md5 = "03b5dce01913d631647c71ecec9e9cb8",
    .sha256 = "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
    .urls = {"https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"},
};

/// MNIST (LeCun, Cortes, Burges 1998), from the mirrors of torchvision and TensorFlow Datasets. Its authors
/// publish no checksums: MD5 is torchvision's, SHA-256 TensorFlow Datasets' (url_checksums/mnist.txt).
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

/// Fashion-MNIST (Xiao, Rasul, Vollgraf 2017): its authors' server, which has no https, and their repository.
/// MD5 is theirs, SHA-256 is that of TensorFlow Datasets (url_checksums/fashion_mnist.txt).
inline const std::vector<std::string> fashion_mnist_mirrors = {
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"};
inline const std::vector<RemoteFile> fashion_mnist_files = {
    {.name = "train-images-idx3-ubyte.gz",
     .bytes = 26421880,
     .md5 = "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
     .sha256 = "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
     .urls = fashion_mnist_mirrors},
    {.name = "train-labels-idx1-ubyte.gz",
     .bytes = 29515,
     .md5 = "25c81989df183df01b3e8a0aad5dffbe",
     .sha256 = "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
     .urls = fashion_mnist_mirrors},
    {.name = "t10k-images-idx3-ubyte.gz",
     .bytes = 4422102,
     .md5 = "bef4ecab320f06d8554ea6380940ec79",
     .sha256 = "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
     .urls = fashion_mnist_mirrors},
    {.name = "t10k-labels-idx1-ubyte.gz",
     .bytes = 5148,
     .md5 = "bb300cfdad3c16e7a12a480ee83cd310",
     .sha256 = "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
     .urls = fashion_mnist_mirrors},
};

}  // namespace norma
