#include "data/find_data.h"

#include <cstdlib>

#include "data/download_set.h"

namespace norma {
namespace {

namespace fs = std::filesystem;

fs::path default_folder(const Environment& environment) {
  // The XDG specification says to ignore relative paths.
  if (environment.xdg_cache_home.starts_with('/')) return fs::path(environment.xdg_cache_home) / "norma";
  if (environment.home.empty()) fail_usage("HOME is not set: name a folder for the data with --data");
  return fs::path(environment.home) / ".cache" / "norma";
}

// "~/.cache/norma", as people write it.
std::string display(const fs::path& folder, const Environment& environment) {
  const std::string text = folder.string();
  if (environment.home.empty() || !text.starts_with(environment.home + "/")) return text;
  return "~" + text.substr(environment.home.size());
}

// Images that are neither downloaded nor replaced by others.
DataChoice find_own_images(const DataRequest& request, const std::string& named,
                           const Environment& environment) {
  if (named.empty() || named == "synthetic")
    fail_usage("nothing can stand in for {}: name their folder with --data", request.set.title);
  if (!request.mirrors.empty()) fail_usage("{} are not downloaded: leave --mirror out", request.set.title);
  const std::string shown = display(named, environment);
  if (!request.set.find(named))
    fail("there is no folder {}/train: expected one with a folder per class, and images in each", shown);
  return {named, fmt::format("{} in {}", request.set.title, shown)};
}

}  // namespace

Environment read_environment() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value ? value : "");
  };
  return {variable("NORMA_DATA"), variable("XDG_CACHE_HOME"), variable("HOME")};
}

DataChoice find_data(const DataRequest& request, const Environment& environment) {
  const std::string& named = request.data.empty() ? environment.norma_data : request.data;
  if (request.set.files.empty()) return find_own_images(request, named, environment);
  if (named == "synthetic") return {std::nullopt, "the built-in synthetic set, as asked"};
  const fs::path folder = named.empty() ? default_folder(environment) : fs::path(named);
  const std::string shown = display(folder, environment);
  const std::string& title = request.set.title;
  if (request.set.find(folder)) return {folder, fmt::format("{} in {}", title, shown)};

  std::error_code error;
  const bool existed = fs::exists(folder, error);
  try {
    download_set({request.set, folder, request.mirrors, request.progress, request.cancelled});
    return {folder, fmt::format("{}, downloaded to {}", title, shown)};
  } catch (const NoNetwork& none) {
    if (!request.mirrors.empty()) throw;  // the user wants that mirror and nothing else
    if (!named.empty() && !existed)
      fail(
          "the folder {} does not exist, and there is {} to download {} into it: correct --data or "
          "NORMA_DATA, or ask for --data synthetic",
          shown, none.what(), title);
    return {std::nullopt, fmt::format("{} and no {} in {}: the built-in synthetic set in its place",
                                      none.what(), title, shown)};
  }
}

}  // namespace norma
