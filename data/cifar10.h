// CIFAR-10 in its official binary layout: six batches of 10,000 records, a record being one label byte and
// the 32×32 red, green and blue planes. The records may stand in any order; what is checked is their
// structure.
#pragma once

#include <filesystem>
#include <optional>

#include "data/dataset.h"

namespace norma {

/// Where CIFAR-10 lies in a folder, the first there is of
///   FOLDER/cifar-10-batches-bin    the unpacked batches
///   FOLDER                         itself, where it holds a batch
///   FOLDER/cifar-10-binary.tar*    the archive, plain or compressed (data/archive.h)
/// or nothing where the folder does not exist or holds none of them. Throws where it cannot be looked into.
std::optional<std::filesystem::path> find_cifar10(const std::filesystem::path& folder);

/// Loads what find_cifar10 finds; throws where that is nothing, or damaged.
DataSplit load_cifar10(const std::filesystem::path& folder);

}  // namespace norma
