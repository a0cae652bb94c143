// Finds the images of an app, and tells the user where they come from.
#pragma once

#include "apps/cli/progress.h"
#include "apps/cli/shared_flags.h"
#include "data/known_data.h"

namespace norma {

/// Finds a data set, e.g. mnist_data, in a folder or on the network, or uses the built-in images instead.
/// Prints which, unless quiet. Ctrl-C ends a download.
DataSplit find_images(const KnownDataSet& set, const ImageSource& source, const LoadOptions& options,
                      bool quiet, Progress& progress);

}  // namespace norma
