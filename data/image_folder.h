// The user's own images: one folder per class.
//
//   DIR/train/cat/a.png            classes are the folders of train, sorted by their names
//   DIR/train/cat/b.jpg
//   DIR/train/dog/…
//   DIR/test/cat/…                 without DIR/test, a share of train is held out as the test set
//
// Images are files whose names end in .png, .jpg or .jpeg, in upper or lower case. Other files, folders
// inside class folders, and names that begin with a dot are skipped and counted. The images are in the order
// of their paths, sorted by bytes.
#pragma once

#include <filesystem>
#include <optional>

#include "data/dataset.h"

namespace norma {

/// The folder itself, or nothing if it does not exist or has no folder train. Throws if it is not a folder.
std::optional<std::filesystem::path> find_image_folder(const std::filesystem::path& folder);

/// Loads all images, uint8 [N, C, H, W], resized to options.image = [C, H, W] by resize() (data/resize.h).
/// Throws an error that names the file or the folder if an image cannot be read, a class has no image, test
/// has a class that train does not have, or there are fewer than two classes. Throws UsageError if there is
/// neither DIR/test nor options.hold_out.
DataSplit load_image_folder(const std::filesystem::path& folder, const LoadOptions& options);

}  // namespace norma
