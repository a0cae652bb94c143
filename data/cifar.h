// CIFAR-10 and CIFAR-100 (Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html) in their official
// binary layouts. A record is one byte per label, then the 32×32 red, green and blue planes:
//
//   CIFAR-10     label                      five files of 10,000 records to train, one to test
//   CIFAR-100    coarse label, fine label   train.bin of 50,000 records, test.bin of 10,000
//
// The records may be in any order; only their structure is checked.
#pragma once

#include <filesystem>
#include <optional>

#include "data/dataset.h"

namespace norma {

/// The place of CIFAR-10 in a folder: the first of these that exists,
///   FOLDER/cifar-10-batches-bin    the unpacked batches
///   FOLDER                         itself, if it contains a batch
///   FOLDER/cifar-10-binary.tar*    the archive, plain or compressed (data/archive.h)
/// or nothing if the folder does not exist or contains none of them. Throws if it cannot be read.
std::optional<std::filesystem::path> find_cifar10(const std::filesystem::path& folder);

/// The same for CIFAR-100, in cifar-100-binary or cifar-100-binary.tar*. FOLDER itself counts only if it
/// contains both train.bin and test.bin, because other data sets have files of these names too.
std::optional<std::filesystem::path> find_cifar100(const std::filesystem::path& folder);

/// Loads the set that find_cifar10 finds, with images uint8 [N, 3, 32, 32]. Throws if it finds nothing or the
/// set is damaged. Takes the class names from batches.meta.txt if it exists and has ten different names.
DataSplit load_cifar10(const std::filesystem::path& folder, const LoadOptions& options = {});

/// Loads the set that find_cifar100 finds. options.labels chooses its 100 classes or their 20 superclasses.
DataSplit load_cifar100(const std::filesystem::path& folder, const LoadOptions& options = {});

}  // namespace norma
