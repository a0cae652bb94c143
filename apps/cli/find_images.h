// Where an app gets its images from, told to whoever watches.
#pragma once

#include "apps/cli/progress.h"
#include "apps/cli/shared_flags.h"
#include "data/known_data.h"

namespace norma {

/// A data set, e.g. mnist_data, from a folder or the network, else the built-in images in its place; says which, unless
/// quiet. Ctrl-C ends a download.
DataSplit find_images(const KnownDataSet& set, const ImageSource& source, const LoadOptions& options,
                      bool quiet, Progress& progress);

}  // namespace norma
