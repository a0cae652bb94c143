// MNIST (LeCun, Cortes, Burges) in its official layout: four IDX files, images and labels of the training and
// the test set, each plain or compressed by gzip.
#pragma once

#include <filesystem>
#include <optional>

#include "data/dataset.h"

namespace norma {

/// Where MNIST lies in a folder, the first of these that holds one of its files, in either spelling and with
/// or without .gz (train-images-idx3-ubyte, train-images.idx3-ubyte):
///   FOLDER/mnist
///   FOLDER             itself
///   FOLDER/MNIST/raw   where torchvision puts it
/// or nothing. Throws where FOLDER is no folder or cannot be looked into.
std::optional<std::filesystem::path> find_mnist(const std::filesystem::path& folder);

/// Loads what find_mnist finds, images uint8 [N, 1, 28, 28]; throws where that is nothing, or damaged. N is
/// what the files say, so that a smaller set of the same layout loads too.
DataSplit load_mnist(const std::filesystem::path& folder, const LoadOptions& options = {});

}  // namespace norma
