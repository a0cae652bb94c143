// Where an app gets its images from, told to whoever watches.
#pragma once

#include <string>

#include "apps/progress.h"
#include "data/dataset.h"

namespace norma {

struct ImageSource {
  std::string data;    ///< a folder, "synthetic", or empty for the default places
  std::string mirror;  ///< a URL, or empty for the known ones
  bool quiet = false;
};

/// "cifar10" or "mnist" from a folder or the network, else built-in images; says which. Ctrl-C ends a download.
DataSplit find_images(const std::string& data, const ImageSource& source, Progress& progress);

}  // namespace norma
