// Where an app gets its images from, told to whoever watches.
#pragma once

#include <string>

#include "apps/progress.h"
#include "data/known_data.h"

namespace norma {

struct ImageSource {
  std::string data;    ///< a folder, "synthetic", or empty for the default places
  std::string mirror;  ///< a URL, or empty for the known ones
  bool quiet = false;
};

/// A data set, e.g. mnist_data, from a folder or the network, else the built-in images in its place; says which.
/// Ctrl-C ends a download.
DataSplit find_images(const KnownDataSet& set, const ImageSource& source, Progress& progress);

}  // namespace norma
