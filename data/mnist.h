// MNIST (LeCun, Cortes, Burges 1998) and Fashion-MNIST (Xiao, Rasul, Vollgraf 2017, arXiv:1708.07747) in
// their official layout: four IDX files, images and labels of the training and the test set, each plain or
// compressed. Both sets have files of the same names. Each set is searched for in folders of its own name
// first. Files of 1,000 images or more are refused if the mean and the deviation of their pixels are those of
// the other set, to 0.01.
#pragma once

#include <filesystem>
#include <optional>

#include "data/dataset.h"

namespace norma {

/// The place of MNIST in a folder: the first of these that contains one of its files, in either spelling and
/// with or without .gz (train-images-idx3-ubyte, train-images.idx3-ubyte):
///   FOLDER/mnist
///   FOLDER/MNIST/raw   where torchvision puts it
///   FOLDER             itself
/// or nothing. Throws if FOLDER is not a folder or cannot be read.
std::optional<std::filesystem::path> find_mnist(const std::filesystem::path& folder);

/// The same for Fashion-MNIST, in fashion-mnist, FashionMNIST/raw or FOLDER itself.
std::optional<std::filesystem::path> find_fashion_mnist(const std::filesystem::path& folder);

/// Loads the set that find_mnist finds, with images uint8 [N, 1, 28, 28]. Throws if it finds nothing, a
/// damaged set, or Fashion-MNIST. The files give N, so a smaller set of the same layout loads too.
DataSplit load_mnist(const std::filesystem::path& folder, const LoadOptions& options = {});

/// Loads the set that find_fashion_mnist finds. Throws if it finds nothing, a damaged set, or MNIST.
DataSplit load_fashion_mnist(const std::filesystem::path& folder, const LoadOptions& options = {});

}  // namespace norma
