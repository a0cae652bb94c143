// CIFAR-10 and CIFAR-100 (Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html) in their official
// binary layouts. A record is one byte per label, then the 32×32 red, green and blue planes:
//
//   CIFAR-10     label                      five files of 10,000 records to train, one to test
//   CIFAR-100    coarse label, fine label   train.bin of 50,000 records, test.bin of 10,000
//
// The records may stand in any order; what is checked is their structure.
#pragma once

#include <filesystem>
#include <optional>

#include "data/dataset.h"

namespace norma {

/// Where CIFAR-10 lies in a folder: the first of these that exists,
///   FOLDER/cifar-10-batches-bin    the unpacked batches
///   FOLDER                         itself, where it holds a batch
///   FOLDER/cifar-10-binary.tar*    the archive, plain or compressed (data/archive.h)
/// or nothing where the folder does not exist or holds none of them. Throws where it cannot be read.
std::optional<std::filesystem::path> find_cifar10(const std::filesystem::path& folder);

/// The same for CIFAR-100, in cifar-100-binary or cifar-100-binary.tar*. FOLDER itself counts where it holds
/// both train.bin and test.bin, because other data too has files of these names.
std::optional<std::filesystem::path> find_cifar100(const std::filesystem::path& folder);

/// Loads what find_cifar10 finds, images uint8 [N, 3, 32, 32]; throws where it finds nothing, or a damaged
/// set. The names of the classes are those in batches.meta.txt, where it exists and has ten different names.
DataSplit load_cifar10(const std::filesystem::path& folder, const LoadOptions& options = {});

/// Loads what find_cifar100 finds, with its 100 classes or, by options.labels, their 20 superclasses.
DataSplit load_cifar100(const std::filesystem::path& folder, const LoadOptions& options = {});

}  // namespace norma
