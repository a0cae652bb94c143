// Which data to train on: the policy behind --data. Real images where they lie or can be had, the built-in
// synthetic set where there is no network, and an error wherever anything else would be a guess.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "data/download.h"
#include "data/mirrors.h"

namespace norma {

/// The variables that say where data is kept; empty where not set.
struct Environment {
  std::string norma_data;      ///< NORMA_DATA
  std::string xdg_cache_home;  ///< XDG_CACHE_HOME
  std::string home;            ///< HOME
};
Environment read_environment();

struct DataRequest {
  std::string data;  ///< --data: a folder or "synthetic"; empty where not given
  std::vector<std::string>
      mirrors;  ///< --mirror, used instead of the built-in ones; FOLDER/ or the file itself
  std::function<void(const DownloadProgress&)> progress;
  std::function<bool()> cancelled;
  RemoteFile archive = cifar10_archive;  ///< what to download
};

struct DataChoice {
  std::optional<std::filesystem::path> folder;  ///< load_cifar10(*folder), or nothing: the synthetic set
  std::string reason;                           ///< a sentence for the person who waits
};

/// Looks in --data, else $NORMA_DATA, else $XDG_CACHE_HOME/norma, else ~/.cache/norma:
///
///   CIFAR-10 is there         use it, whole or not: loading tells
///   it is not                 download it there
///   … but there is no network the synthetic set; an Error where --data or $NORMA_DATA names a folder that does
///                             not exist, or with --mirror: a typo must not train on something else
///
/// Whatever else fails is an Error. A folder made for a download that brought nothing is removed again.
DataChoice find_data(const DataRequest& request, const Environment& environment = read_environment());

}  // namespace norma
