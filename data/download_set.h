// Downloading all files of a data set, so that they appear together or not at all.
//
//   one file                 DATA/cifar-10-binary.tar.gz.part             ──▶  DATA/cifar-10-binary.tar.gz
//
//   several      DATA/mnist.part/train-images-idx3-ubyte.gz               whole
//                                train-labels-idx1-ubyte.gz.part          on its way
//                DATA/mnist.part/, with all of them                       ──▶  DATA/mnist/
//
// A folder is renamed in one step. After a failure, the files that have arrived stay for the next attempt.
#pragma once

#include "data/download.h"
#include "data/known_data.h"

namespace norma {

struct SetRequest {
  const KnownDataSet& set;
  std::filesystem::path data;  ///< the files go to this folder or to one in it; made if it does not exist
  /// Used instead of the built-in ones: FOLDER/, or the address of the file if the set is one file.
  std::vector<std::string> mirrors;
  std::function<void(const DownloadProgress&)> progress;  ///< optional; bytes and time of all files
  std::function<bool()> cancelled;                        ///< optional
};

/// Throws what download() throws; NoNetwork only if no file could be downloaded.
void download_set(const SetRequest& request);

}  // namespace norma
