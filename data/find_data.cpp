#include "data/find_data.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
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

// The short form with ~: "~/.cache/norma".
std::string display(const fs::path& folder, const Environment& environment) {
  const std::string text = folder.string();
  if (environment.home.empty() || !text.starts_with(environment.home + "/")) return text;
  return "~" + text.substr(environment.home.size());
}

// Images that are neither downloaded nor replaced by others.
DataChoice find_own_images(const DataRequest& request, const std::string& named,
                           const Environment& environment) {
  if (named.empty() || named == "synthetic")
    fail_usage("nothing can replace {}: name their folder with --data", request.set.title);
  if (!request.mirrors.empty()) fail_usage("{} are not downloaded: leave --mirror out", request.set.title);
  const std::string shown = display(named, environment);
  if (!request.set.find(named))
    fail("there is no folder {}/train: expected one with a folder per class, and images in each", shown);
  return {named, fmt::format("{} in {}", request.set.title, shown)};
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator i(folder, error), end; !error && i != end; i.increment(error))
    entries.push_back(i->path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

// A folder of this folder that contains the set; empty if there is none.
fs::path one_deeper(const KnownDataSet& set, const fs::path& folder) {
  for (const fs::path& entry : entries_of(folder)) {
    std::error_code error;
    if (!fs::is_directory(entry, error)) continue;
    try {
      if (set.find(entry)) return entry;
    } catch (const Error&) {  // this folder cannot be read; it is not the one that was named
    }
  }
  return {};
}

// The name in lower case, without its endings: "cifar-10-binary (1).tar.gz" has the letters "cifar10binary1".
std::string letters_of(const fs::path& file) {
  std::string name = file.filename().string(), letters;
  for (const std::string ending : {".tar", ".tgz", ".gz", ".zip", ".xz", ".bz2"})
    if (const auto at = name.find(ending); at != std::string::npos) name.resize(at);
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)))
      letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return letters;
}

std::string first_names(const std::vector<fs::path>& entries) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min<std::size_t>(entries.size(), 4); ++i)
    names.push_back(entries[i].filename().string());
  return fmt::format("{}{}", fmt::join(names, ", "), entries.size() > 4 ? ", …" : "");
}

// Throws if the folder has the set in a form that Norma does not read, or its archive under another name.
void check_near_misses(const KnownDataSet& set, const fs::path& folder, const std::string& shown) {
  for (const fs::path& entry : entries_of(folder))
    for (const RemoteFile& file : set.files) {
      const std::string letters = letters_of(entry), expected = letters_of(file.name);
      const std::string set_letters = letters_of(set.name);
      if (letters.starts_with(set_letters + "python") || letters == set_letters + "batchespy")
        fail(
            "{} has {}, the Python version of {}; Norma reads the binary version: put {} there instead, or "
            "name "
            "another folder to have it downloaded",
            shown, entry.filename().string(), set.title, file.name);
      if (letters.starts_with(expected) && entry.filename() != file.name && entry.extension() != ".part")
        fail("{} has {}, which may be the archive of {} under another name: rename it to {}, or remove it",
             shown, entry.filename().string(), set.title, file.name);
    }
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
  if (!named.empty()) {
    if (const fs::path below = one_deeper(request.set, folder); !below.empty())
      return {below, fmt::format("{} in {}", title, display(below, environment))};
    check_near_misses(request.set, folder, shown);
  }

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
    if (const auto entries = entries_of(folder); !named.empty() && !entries.empty())
      fail(
          "there is no {} in {}, which has {}, and there is {}: name another folder, or ask for --data "
          "synthetic",
          title, shown, first_names(entries), none.what());
    return {std::nullopt, fmt::format("{} and no {} in {}: using the built-in synthetic set instead",
                                      none.what(), title, shown)};
  }
}

}  // namespace norma
