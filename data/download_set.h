// Downloading all files of a data set, so that they appear together or not at all.
//
//   one file                 DATA/cifar-10-binary.tar.gz.part             ──▶  DATA/cifar-10-binary.tar.gz
//
//   several      DATA/mnist.part/train-images-idx3-ubyte.gz               whole
//                                train-labels-idx1-ubyte.gz.part          on its way
//                DATA/mnist.part/, with all of them                       ──▶  DATA/mnist/
//
// A folder is renamed in one step, and what has arrived waits in it for the next attempt.
#pragma once

#include "data/download.h"
#include "data/known_data.h"

namespace norma {

struct SetRequest {
  const KnownDataSet& set;
  std::filesystem::path data;        ///< the files go there, or to a folder below; made where it is missing
  std::vector<std::string> mirrors;  ///< instead of the files' own: FOLDER/, or the file where the set is one
  std::function<void(const DownloadProgress&)> progress;  ///< optional; bytes and time of all files
  std::function<bool()> cancelled;                        ///< optional
};

/// Throws what download() throws; NoNetwork where there was no network from the start.
void download_set(const SetRequest& request);

}  // namespace norma
