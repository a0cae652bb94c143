// Which data to train on: the policy behind --data. Real images where they lie or can be had, the built-in
// synthetic set where there is no network, and an error wherever anything else would be a guess.
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
  std::optional<std::filesystem::path>
      folder;          ///< what load_data() takes: the folder that holds the set, or nothing
  std::string reason;  ///< a sentence for the person who waits
};

/// Looks in --data, else $NORMA_DATA, else $XDG_CACHE_HOME/norma, else ~/.cache/norma:
///
///   the set is there          use it, whole or not: loading tells
///   it is not                 download it there
///   … but there is no network the synthetic set; an Error where --data or $NORMA_DATA names a folder that does
///                             not exist, or with --mirror: a typo must not train on something else
///
/// A set without files to download (the user's own images) is where --data or $NORMA_DATA says, or an Error.
///
/// Whatever else fails is an Error. A folder made for a download that brought nothing is removed again; what
/// arrived is kept for the next one. Files of a set appear together, when the last has arrived.
DataChoice find_data(const DataRequest& request, const Environment& environment = read_environment());

}  // namespace norma
