// Which data to train on: the rules behind --data. Real images where they are found or can be downloaded, the
// built-in synthetic set where there is no network, and an error in every other case.
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
  /// --mirror, used instead of the built-in ones: FOLDER/, or the file itself where there is one file.
  std::vector<std::string> mirrors;
  std::function<void(const DownloadProgress&)> progress;  ///< over all files of the set
  std::function<bool()> cancelled;
};

struct DataChoice {
  /// What load_data() takes: the folder that holds the set, or nothing.
  std::optional<std::filesystem::path> folder;
  std::string reason;  ///< a sentence for the user
};

/// Looks in --data, else $NORMA_DATA, else $XDG_CACHE_HOME/norma, else ~/.cache/norma:
///
///   the set is there           use it; loading says whether it is complete
///   it is not                  download it there
///   it is not, and there is    use the synthetic set; but an Error with --mirror, or where --data or
///   no network                 $NORMA_DATA names a folder that does not exist: a typing mistake must not
///                              train on something else
///
/// A set without files to download (the user's own images) is taken from --data or $NORMA_DATA, or an Error.
///
/// Any other failure is an Error. A folder that was made for a download is removed again where nothing
/// arrived; what arrived is kept for the next download. Files of a set appear together, when the last has
/// arrived.
DataChoice find_data(const DataRequest& request, const Environment& environment = read_environment());

}  // namespace norma
