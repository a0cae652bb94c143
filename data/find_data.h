// The rules of --data: which images to train on. Real images if they are found or can be downloaded, the
// built-in synthetic set if there is no network, and an error in every other case.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "data/download.h"
#include "data/known_data.h"

namespace norma {

/// The variables that say where data is kept; empty where not set.
struct Environment {
  std::string norma_data;      ///< NORMA_DATA
  std::string xdg_cache_home;  ///< XDG_CACHE_HOME
  std::string home;            ///< HOME
};
Environment read_environment();

struct DataRequest {
  KnownDataSet set = cifar10_data;
  std::string data;  ///< --data: a folder or "synthetic"; empty where not given
  /// --mirror, used instead of the built-in ones: FOLDER/, or the address of the file if the set is one file.
  std::vector<std::string> mirrors;
  std::function<void(const DownloadProgress&)> progress;  ///< over all files of the set
  std::function<bool()> cancelled;
};

struct DataChoice {
  /// For load_data(): the folder that contains the set, or nothing.
  std::optional<std::filesystem::path> folder;
  std::string reason;  ///< a sentence for the user
};

/// Looks in --data, else $NORMA_DATA, else $XDG_CACHE_HOME/norma, else ~/.cache/norma:
///
///   the set exists there, or   use it; loading checks whether it is complete
///   in one of its folders
///   it does not exist          download it to this folder
///   it does not exist, and     use the synthetic set; but an Error with --mirror, or if --data or
///   there is no network        $NORMA_DATA names a folder that does not exist or has something else in it: a
///                              mistake must not lead to training on other images
///   a folder so named has the  an Error
///   set's Python version, or
///   its archive renamed
///
/// The user's own images, which are not downloaded, must be in --data or $NORMA_DATA; otherwise an Error.
///
/// Any other failure is an Error. A folder that was made for a download is removed again if nothing arrived;
/// files that have arrived are kept for the next download. The files of a set get their final place together,
/// after the last one has arrived.
DataChoice find_data(const DataRequest& request, const Environment& environment = read_environment());

}  // namespace norma
