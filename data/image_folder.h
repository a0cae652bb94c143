// Images of one's own: one folder per class.
//
//   DIR/train/cat/a.png            classes are the folders of train, sorted by their names
//   DIR/train/cat/b.jpg
//   DIR/train/dog/…
//   DIR/test/cat/…                 to test; without DIR/test a share of train is held out, if one is given
//
// Images are files named .png, .jpg or .jpeg, in upper or lower case. Other files, folders below those of the classes,
// and whatever begins with a dot are passed over and counted. Images stand in the order of their paths, whatever the
// file system's.
#pragma once

#include <filesystem>
#include <optional>

#include "data/dataset.h"

namespace norma {

/// The folder, where it has a folder train, or nothing. Throws where it is something else, or cannot be looked into.
std::optional<std::filesystem::path> find_image_folder(const std::filesystem::path& folder);

/// Loads all images, uint8 [N, C, H, W], brought to options.image = [C, H, W] by resize() (data/resize.h). Throws, naming
/// the file or the folder, where an image cannot be read, a class has none, test has a class that train lacks, or there
/// are fewer than two classes; and UsageError where there is neither DIR/test nor options.held_out_share.
DataSplit load_image_folder(const std::filesystem::path& folder, const LoadOptions& options);

}  // namespace norma
